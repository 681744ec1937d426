"""The version of the program; packages and manifests carry it."""

VERSION = "0.9.0"
