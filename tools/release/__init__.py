"""Make a release. Its sources are kept, and the next release is tested against them.

archive    the sources of a release in a zip, with their digest
checks     what must be true before a release
"""
