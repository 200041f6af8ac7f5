"""Excel files as suppliers make them."""

import io

from openpyxl import Workbook

ENGLISH = ["Carton No.", "SKU", "Qty per carton", "Length (cm)", "Width (cm)", "Height (cm)", "G.W. (kg)"]
CHINESE = ["箱号", "货号", "每箱数量", "箱数", "总数量", "外箱尺寸", "单箱毛重(kg)"]


def make_sheet(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
