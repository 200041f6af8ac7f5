import base64
import io
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

PDF = "application/pdf"


class MarketplaceLabelPrint(models.TransientModel):
    """Labels of several parcels in one file."""

    _name = "marketplace.label.print"
    _description = "Labels in One File"

    name = fields.Char(readonly=True)
    content = fields.Binary(attachment=False, readonly=True)

    @api.model
    def _print(self, attachments):
        """Download labels: one PDF, or an archive when the marketplace made something else.

        :return: action
        """
        if not attachments:
            raise UserError(self.env._("There is no label yet. Get the labels first; they arrive within minutes."))
        labels = attachments.sudo()
        if set(labels.mapped("mimetype")) == {PDF}:
            name, content = "labels.pdf", merge_pdf([label.raw for label in labels])
        else:
            name, content = "labels.zip", self._zip(labels)
        wizard = self.create({"name": name, "content": base64.b64encode(content)})
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{wizard.id}/content/{name}?download=true",
            "target": "download",
        }

    def _zip(self, labels):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for label in labels:
                archive.writestr(label.name, label.raw)
        return buffer.getvalue()
