"""Tryton as a hospital's stock and ERP: installed into the cache folder, seeded once, copied for every start."""
