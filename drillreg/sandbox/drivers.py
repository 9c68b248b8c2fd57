"""Take every geodata driver out of GDAL but the allowed ones.

GDAL chooses the driver by content, so a file with a harmless name can be a VRT that reads
others; and a list of names to skip would grow stale with each GDAL release.
"""

import ctypes
from collections.abc import Collection
from pathlib import Path


def _loaded_gdal() -> ctypes.CDLL | None:
    for line in Path("/proc/self/maps").read_text().splitlines():
        name = line.rpartition(" ")[2]
        if "/libgdal" in name:
            return ctypes.CDLL(name)
    return None


def _typed(gdal: ctypes.CDLL) -> ctypes.CDLL:
    gdal.GDALGetDriver.restype = ctypes.c_void_p
    gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
    gdal.GDALGetDriverShortName.argtypes = [ctypes.c_void_p]
    gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    return gdal


def keep_only(allowed: Collection[str]) -> list[str] | None:
    """Deregister all other drivers of the GDAL in this process; return the names left.

    None when no GDAL is loaded. Raise RuntimeError when another driver stays.
    """
    gdal = _loaded_gdal()
    if gdal is None:
        return None
    _typed(gdal)
    for index in reversed(range(gdal.GDALGetDriverCount())):
        driver = gdal.GDALGetDriver(index)
        if gdal.GDALGetDriverShortName(driver).decode() not in allowed:
            gdal.GDALDeregisterDriver(driver)
    left = [
        gdal.GDALGetDriverShortName(gdal.GDALGetDriver(index)).decode()
        for index in range(gdal.GDALGetDriverCount())
    ]
    if not set(left) <= set(allowed):
        raise RuntimeError(f"geodata drivers {sorted(set(left) - set(allowed))} stay registered")
    return sorted(left)
