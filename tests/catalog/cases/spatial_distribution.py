"""Primacy, ranks, centre and ellipse by plain loops over the units of each group."""
import math

import numpy as np

R = 6371.0088
ENTRIES = {
    "s_whole": {"of": "population"},
    "s_group": {"of": "gdp", "by": "province", "ellipse": "arcgis"},
    "s_top": {"of": "population", "top": 20, "ellipse": "yuill", "periods": [2001, 2003]},
    "s_both": {"of": "gdp", "by": "agglomeration", "top": 5, "ellipse": "crimestat"},
    "s_long": {"of": "population", "_long": True},
}
RANKS = ("primacy_2", "primacy_4", "primacy_11", "rank_size", "rank_size_se", "zipf")
PLACE = ("centre_lon", "centre_lat", "planar_lon", "planar_lat", "axis_major", "axis_minor", "angle",
         "ellipse_area", "share_inside")


def primacy(s, last, times):
    return times * s[0] / s[1:last].sum() if len(s) >= last and s[1:last].sum() > 0 else np.nan


def slope(x, y):
    x, y = x - x.mean(), y - y.mean()
    return (x * y).sum() / (x * x).sum()


def ranks(mass, top):
    s = np.sort(mass)[::-1]
    found = dict(zip(RANKS, (primacy(s, 2, 1), primacy(s, 4, 1), primacy(s, 11, 2))))
    s = s[s > 0][:top]
    if len(s) < 3:
        return found
    r, log = np.arange(1, len(s) + 1), np.log(s)
    zeta = -slope(log, np.log(r - .5))
    found.update(rank_size=zeta, rank_size_se=zeta * math.sqrt(2 / len(s)), zipf=-slope(np.log(r), log))
    return found


def vectors(lon, lat):
    lon, lat = np.radians(lon), np.radians(lat)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def centre(mass, lon, lat):
    u = (mass * vectors(lon, lat)).sum(1)
    return u / np.linalg.norm(u)


def lambert(lon, lat, lon0, lat0):
    """Snyder 1987, 24-2 to 24-4."""
    lon, lat, lon0, lat0 = map(np.radians, (lon, lat, lon0, lat0))
    cos_c = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(lon - lon0)
    k = np.sqrt(2 / (1 + cos_c))
    return np.array([R * k * np.cos(lat) * np.sin(lon - lon0),
                     R * k * (np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(lon - lon0))])


def place(mass, lon, lat, form):
    c = centre(mass, lon, lat)
    lon0, lat0 = math.degrees(math.atan2(c[1], c[0])), math.degrees(math.asin(c[2]))
    total = mass.sum()
    found = {"centre_lon": lon0, "centre_lat": lat0, "planar_lon": (mass * lon).sum() / total,
             "planar_lat": (mass * lat).sum() / total}
    if len(mass) < 3:
        return found
    d = lambert(lon, lat, lon0, lat0)
    d -= ((mass * d).sum(1) / total)[:, None]
    sigma = mass * d @ d.T / total
    value, vector = np.linalg.eigh(sigma)
    factor = {"yuill": 1, "arcgis": 2, "crimestat": 2 * total / (total - 2)}[form]
    minor, major = np.sqrt(factor * value)
    inside = np.einsum("ik,ij,jk->k", d, np.linalg.inv(sigma), d) <= factor
    found.update(axis_major=major, axis_minor=minor, angle=math.degrees(math.atan2(*vector[:, 1])) % 180,
                 ellipse_area=math.pi * major * minor, share_inside=mass[inside].sum() / total)
    return found


def check(world, label, params, r):
    mass = world.values(params, r, "of")
    lon, lat = (np.array(world.unit[name], float) for name in ("lon", "lat"))
    by = np.array(world.unit[params["by"]] if "by" in params else [""] * world.n)
    groups = r.label[params["by"]] if "by" in params else [""]
    assert groups == sorted(set(by))
    shape = (len(mass), len(groups)) if "by" in params else (len(mass),)
    for name in RANKS + PLACE + ("moved_km", "moved_bearing", "n_used"):
        assert r[name].shape == shape, name
    for g, group in enumerate(groups):
        before = None
        for t in range(len(mass)):
            at = (t, g) if "by" in params else (t,)
            use = (by == group) & ~np.isnan(mass[t])
            m, x, y = mass[t][use], lon[use], lat[use]
            want = {"n_used": use.sum(), **ranks(m, params.get("top", world.n))}
            above = m > 0
            want.update(place(m[above], x[above], y[above], params.get("ellipse", "yuill")))
            now = centre(m[above], x[above], y[above])
            if before is not None:
                want["moved_km"] = R * math.atan2(np.linalg.norm(np.cross(before, now)), before @ now)
            for name in RANKS + PLACE + ("moved_km", "n_used"):
                got, value = r[name][at], want.get(name, np.nan)
                near = np.isclose(got, value, rtol=1e-7, atol=1e-7, equal_nan=True)
                turned = name == "angle" and abs(abs(got - value) - 180) < 1e-6
                assert near or turned, f"{name} of '{group}' in {t}: {got}, {value}"
            bearing = r["moved_bearing"][at]
            moves = not np.isnan(want.get("moved_km", np.nan))
            assert 0 <= bearing < 360 if moves else np.isnan(bearing), "moved_bearing"
            before = now
