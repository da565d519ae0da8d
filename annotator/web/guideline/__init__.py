"""Versions of the guideline for coordinators, and the preview for those who write one."""
