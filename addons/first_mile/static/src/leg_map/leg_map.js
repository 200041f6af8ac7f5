import { Component, onWillRender, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { SAME_PLACE, WIDTH, arc, cluster, frame, label, project, unwrap } from "./projection";

const ICONS = {
    sea_fcl: "fa-ship", sea_lcl: "fa-ship", air: "fa-plane", rail: "fa-train", truck: "fa-truck", express: "fa-bolt",
};
const GLYPHS = {
    sea_fcl: "\uf21a", sea_lcl: "\uf21a", air: "\uf072", rail: "\uf238", truck: "\uf0d1", express: "\uf0e7",
};
const MOST_TICKS = 6;

/** The legs of a shipment as arcs on a map, and below as bars on a line of days. */
export class LegMap extends Component {
    static template = "first_mile.LegMap";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.width = WIDTH;
        this.icons = ICONS;
        this.land = useState({ key: "", cells: [] });
        onWillStart(() => this.loadLand(this.props));
        onWillUpdateProps((props) => this.loadLand(props));
        onWillRender(() => {
            this.map = this.drawMap();
            this.line = this.drawLine();
        });
    }

    get value() {
        return this.props.record.data[this.props.name] || { legs: [] };
    }

    // === MAP === //

    layOut(value) {
        const legs = unwrap(value.legs);
        const points = legs.flatMap(({ from, to }) => [from, to]).filter(Boolean);
        return { legs, points, box: points.length > 1 ? frame(points) : null };
    }

    async loadLand(props) {
        const { box } = this.layOut(props.record.data[props.name] || { legs: [] });
        const key = JSON.stringify(box);
        if (!box || key === this.land.key) {
            return;
        }
        const corners = [Math.floor(box.west), Math.floor(box.south), Math.ceil(box.east), Math.ceil(box.north)];
        this.land.cells = await this.orm.call("first.mile.shipment", "get_settled_cells", corners);
        this.land.key = key;
    }

    drawMap() {
        const { legs, points, box } = this.layOut(this.value);
        if (!box) {
            return null;
        }
        const at = project(box);
        const degree = WIDTH / (box.east - box.west);
        const arcs = legs
            .filter(({ from, to }) => from && to)
            .map((ends) => this.drawArc(ends, at))
            .filter(Boolean);
        return {
            height: (box.north - box.south) * degree,
            land: this.land.cells
                .map(([lon, lat]) => at({ lon: lon + 0.5, lat: lat + 0.5 }))
                .map(({ x, y }) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`)
                .join(""),
            dot: Math.min(degree * 0.72, 7),
            arcs,
            places: label(cluster(points, at), arcs.map((drawn) => drawn.middle)),
        };
    }

    drawArc({ leg, from, to }, at) {
        const [start, end] = [at(from), at(to)];
        if (Math.hypot(end.x - start.x, end.y - start.y) < SAME_PLACE) {
            return null;
        }
        const { path, along } = arc(start, end);
        return {
            id: leg.id,
            path,
            tone: this.tone(leg),
            glyph: GLYPHS[leg.mode],
            middle: along(leg.status === "under_way" ? this.share(leg) : 0.5),
            moving: leg.status === "under_way",
            title: [leg.kindLabel, leg.modeLabel, leg.carrier].filter(Boolean).join(" · "),
        };
    }

    /** How much of a leg's time has passed. */
    share(leg) {
        const [start, end, today] = [leg.atd, leg.eta, this.value.today].map((day) => day && Date.parse(day));
        return end > start ? Math.min(Math.max((today - start) / (end - start), 0.08), 0.92) : 0.5;
    }

    tone(leg) {
        if (leg.status === "done") {
            return "done";
        }
        return leg.lateDays ? "late" : leg.status;
    }

    // === LINE OF DAYS === //

    drawLine() {
        const { legs, today } = this.value;
        const days = legs.flatMap((leg) => [leg.etd, leg.atd, leg.eta, leg.ata]).filter(Boolean);
        if (!days.length) {
            return null;
        }
        if (legs.some((leg) => leg.status === "under_way" || leg.lateDays)) {
            days.push(today);
        }
        const all = days.map((day) => Date.parse(day) / 86400000);
        const [first, last] = [Math.min(...all), Math.max(...all) + 1];
        const at = (day, after = 0) => (100 * (Date.parse(day) / 86400000 + after - first)) / (last - first);
        const now = at(today, 0.5);
        return {
            rows: legs.map((leg) => this.drawRow(leg, today, at)),
            ticks: this.drawTicks(first, last),
            now: now >= 0 && now <= 100 ? now : null,
        };
    }

    drawRow(leg, today, at) {
        const bar = (start, end, tone, title) => {
            const left = at(start);
            return { left, width: Math.max(at(end, 1) - left, 0.6), tone, title };
        };
        const bars = [];
        if (leg.etd || leg.eta) {
            const [start, end] = [leg.etd || leg.eta, leg.eta || leg.etd];
            bars.push(bar(start, end, "planned", _t("Planned: %s – %s", this.day(start), this.day(end))));
        }
        if (leg.atd) {
            const end = leg.ata || (today > leg.atd ? today : leg.atd);
            bars.push(bar(leg.atd, end, leg.ata ? "done" : "under_way", _t("Since %s", this.day(leg.atd))));
            if (leg.eta && end > leg.eta) {
                const from = leg.eta > leg.atd ? leg.eta : leg.atd;
                bars.push(bar(from, end, "late", _t("%s d late", leg.lateDays)));
            }
        }
        const route = [...new Set([leg.from.name, leg.to.name])].filter(Boolean).join(" → ");
        return { leg, bars, route, tone: this.tone(leg), badge: this.badge(leg), dates: this.listDates(leg) };
    }

    /** The four dates, with the one that tells of the delay marked. */
    listDates(leg) {
        const wrong = leg.lateDays && (leg.ata ? "ata" : leg.atd ? "eta" : "etd");
        return ["etd", "atd", "eta", "ata"].map((name) => ({
            name: name.toUpperCase(),
            text: this.day(leg[name]),
            wrong: name === wrong,
        }));
    }

    badge(leg) {
        if (leg.lateDays) {
            return { text: _t("%s d late", leg.lateDays), tone: "danger" };
        }
        return {
            done: { text: _t("Arrived"), tone: "success" },
            under_way: { text: _t("Under Way"), tone: "info" },
            waiting: { text: _t("Waiting"), tone: "secondary" },
        }[leg.status];
    }

    drawTicks(first, last) {
        const step = Math.max(1, Math.ceil((last - first) / MOST_TICKS));
        const ticks = [];
        for (let day = first; day < last - step / 2; day += step) {
            const iso = new Date(day * 86400000).toISOString().slice(0, 10);
            ticks.push({ left: (100 * (day - first)) / (last - first), text: this.day(iso) });
        }
        return ticks;
    }

    day(iso) {
        return iso ? deserializeDate(iso).toLocaleString({ month: "short", day: "numeric" }) : "—";
    }
}

registry.category("fields").add("first_mile_leg_map", { component: LegMap, supportedTypes: ["json"] });
