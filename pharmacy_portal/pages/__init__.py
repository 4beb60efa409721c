"""The pages: shells rendered by the server; scripts fill them through the JSON API."""
