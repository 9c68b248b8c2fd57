/* A map whose tiles are in GCJ-02: everything is given in WGS84 and drawn where the tiles show it.
   The same numbers as drillreg/geo/shift.py (published constants of the shift; own code). */
(function (global) {
  "use strict";

  var A = 6378245, E2 = 0.00669342162296594323;
  var WEST = 72.004, SOUTH = 0.8293, EAST = 137.8347, NORTH = 55.8271;

  function waves(t, twelfth, thirtieth) {
    var near = 20 * Math.sin(Math.PI * t) + 40 * Math.sin(Math.PI * t / 3);
    var far = twelfth * Math.sin(Math.PI * t / 12) + thirtieth * Math.sin(Math.PI * t / 30);
    return (near + far) * 2 / 3;
  }

  function isInside(lon, lat) {
    return lon >= WEST && lon <= EAST && lat >= SOUTH && lat <= NORTH;
  }

  function moved(lon, lat) {
    var x = lon - 105, y = lat - 35, root = Math.sqrt(Math.abs(x));
    var ripple = (20 * Math.sin(6 * Math.PI * x) + 20 * Math.sin(2 * Math.PI * x)) * 2 / 3;
    var north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple + waves(y, 160, 320);
    var east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple + waves(x, 150, 300);
    var phi = lat * Math.PI / 180;
    var curve = 1 - E2 * Math.sin(phi) * Math.sin(phi);
    var perNorth = A * (1 - E2) / Math.pow(curve, 1.5);
    var perEast = A / Math.sqrt(curve) * Math.cos(phi);
    return [lon + east / perEast * 180 / Math.PI, lat + north / perNorth * 180 / Math.PI];
  }

  /* Both take and return [longitude, latitude] in degrees; outside China nothing changes. */
  function toGcj(lon, lat) {
    return isInside(lon, lat) ? moved(lon, lat) : [lon, lat];
  }

  function fromGcj(lon, lat) {
    var guess = [lon, lat];
    if (!isInside(lon, lat)) return guess;
    for (var round = 0; round < 12; round++) {
      var seen = moved(guess[0], guess[1]);
      guess = [guess[0] + (lon - seen[0]), guess[1] + (lat - seen[1])];
    }
    return isInside(guess[0], guess[1]) ? guess : [lon, lat];
  }

  global.drShift = { toGcj: toGcj, fromGcj: fromGcj };
  if (!global.L) return;
  var plain = L.Projection.SphericalMercator;
  global.drShift.crs = L.extend({}, L.CRS.EPSG3857, {
    code: "GCJ02",
    projection: L.extend({}, plain, {
      project: function (latlng) {
        var at = toGcj(latlng.lng, latlng.lat);
        return plain.project(L.latLng(at[1], at[0]));
      },
      unproject: function (point) {
        var at = plain.unproject(point), back = fromGcj(at.lng, at.lat);
        return L.latLng(back[1], back[0]);
      }
    })
  });
})(typeof window === "undefined" ? globalThis : window);
