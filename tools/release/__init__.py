"""Make a release: check it, keep its sources for the next release to test against, name its tag.

archive    the sources of a release in a zip, with their digest
checks     what must be true before a release
"""
