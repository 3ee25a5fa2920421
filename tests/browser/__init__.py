"""Tests that drive the real app in Chromium; a package, so that its browser ends with its tests."""
