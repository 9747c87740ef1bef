// Metres on the map: the 95 % error ellipse of a place as a ring of positions.
const METRES_PER_DEGREE = 111_320;
const STEPS = 48;

/** Ring of [lat, lon] around a point. Semi-axes in metres, azimuth of the major axis clockwise from north. */
export function ellipseRing([lon, lat], { major_m: major, minor_m: minor, azimuth_deg: azimuth }) {
  const turn = (azimuth * Math.PI) / 180;
  const east = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: STEPS }, (_, step) => {
    const angle = (2 * Math.PI * step) / STEPS;
    const along = major * Math.cos(angle);
    const across = minor * Math.sin(angle);
    const x = along * Math.sin(turn) + across * Math.cos(turn);
    const y = along * Math.cos(turn) - across * Math.sin(turn);
    return [lat + y / METRES_PER_DEGREE, lon + x / east];
  });
}

/** The ring of an incident's stated error: its ellipse, else a circle. Null where no error is known. */
export function errorRing(feature) {
  const { ellipse, error_m: error } = feature.properties;
  if (!feature.geometry || (!ellipse && !error)) return null;
  const shape = ellipse ?? { major_m: error, minor_m: error, azimuth_deg: 0 };
  return ellipseRing(feature.geometry.coordinates, shape);
}
