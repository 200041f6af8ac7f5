/** Where things lie on the map: plain numbers, no drawing. Longitudes go beyond 180° rather than around the world. */

export const WIDTH = 1000;
const MIN_SPAN = 14; // degrees of longitude that are shown at least
const MIN_ASPECT = 2.4;
const MAX_ASPECT = 3.6;
const MARGIN = 0.14;
export const SAME_PLACE = 26; // units of the drawing

/** The points of each leg with longitudes such that each leg takes the short way. */
export function unwrap(legs) {
    let last = null;
    const near = (point) => {
        if (!("lat" in point)) {
            return null;
        }
        let lon = point.lon;
        while (last !== null && lon - last > 180) {
            lon -= 360;
        }
        while (last !== null && last - lon > 180) {
            lon += 360;
        }
        last = lon;
        return { name: point.name, lat: point.lat, lon };
    };
    return legs.map((leg) => ({ leg, from: near(leg.from), to: near(leg.to) }));
}

/** The part of the world that holds all points, with a margin: {west, south, east, north}. */
export function frame(points) {
    const lons = points.map((point) => point.lon);
    const lats = points.map((point) => point.lat);
    let [west, east] = [Math.min(...lons), Math.max(...lons)];
    let [south, north] = [Math.min(...lats), Math.max(...lats)];
    let width = Math.max(east - west, MIN_SPAN) * (1 + 2 * MARGIN);
    let height = (north - south) * (1 + 4 * MARGIN);
    height = Math.max(height, width / MAX_ASPECT);
    width = Math.max(width, height * MIN_ASPECT);
    const [lon, lat] = [(west + east) / 2, (south + north) / 2];
    [west, east] = [lon - width / 2, lon + width / 2];
    north = Math.min(lat + height * 0.53, 85); // arcs bend to the north
    south = Math.max(north - height, -80);
    return { west, south, east, north };
}

/** A function of a point to {x, y} in a drawing WIDTH wide: equirectangular. */
export function project(box) {
    const scale = WIDTH / (box.east - box.west);
    return ({ lon, lat }) => ({ x: (lon - box.west) * scale, y: (box.north - lat) * scale });
}

/** Places of all legs in the drawing; those too near to be told apart are one. */
export function cluster(points, at) {
    const places = [];
    for (const point of points) {
        const { x, y } = at(point);
        const same = places.find((place) => Math.hypot(place.x - x, place.y - y) < SAME_PLACE);
        if (!same) {
            places.push({ x, y, names: [point.name] });
        } else if (!same.names.includes(point.name)) {
            same.names.push(point.name);
        }
    }
    return places;
}

/** Where the names of places stand: below their points, or where they meet nothing that is drawn already. */
export function label(places, taken, fontSize = 16) {
    const boxes = taken.map(({ x, y }) => [x - 14, y - 14, x + 14, y + 14]);
    const free = (box) =>
        box[0] >= 0 &&
        box[2] <= WIDTH &&
        boxes.every((other) => box[2] < other[0] || other[2] < box[0] || box[3] < other[1] || other[3] < box[1]);
    return places.map((place) => {
        const text = place.names.join(" · ");
        const width = [...text].reduce((sum, char) => sum + (char > "\u2e80" ? 1 : 0.66), 0) * fontSize;
        const centred = Math.min(Math.max(place.x - width / 2, 8), WIDTH - 8 - width);
        const spots = [
            { x: centred, y: place.y + 26 },
            { x: centred, y: place.y - 13 },
            { x: place.x + 12, y: place.y + 5 },
            { x: place.x - 12 - width, y: place.y + 5 },
        ].map(({ x, y }) => ({ x, y, box: [x, y - fontSize, x + width, y + 4] }));
        const spot = spots.find(({ box }) => free(box)) || spots[0];
        boxes.push(spot.box);
        return { ...place, text, label: spot };
    });
}

/** An arc between two points, as path and with the point at a share of it. */
export function arc(from, to, bend = 0.16) {
    const control = {
        x: (from.x + to.x) / 2,
        y: (from.y + to.y) / 2 - Math.hypot(to.x - from.x, to.y - from.y) * bend,
    };
    const along = (share) => {
        const rest = 1 - share;
        const mix = (axis) => rest * rest * from[axis] + 2 * rest * share * control[axis] + share * share * to[axis];
        return { x: mix("x"), y: mix("y") };
    };
    return { path: `M${from.x} ${from.y}Q${control.x} ${control.y} ${to.x} ${to.y}`, along };
}
