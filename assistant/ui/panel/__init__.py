"""The side panel."""
