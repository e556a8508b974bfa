"""The notes as they are at hand: renewed when files change, with vectors of their own, with a visitor's beside them."""
