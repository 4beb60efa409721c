"""Certificate login: the challenge, the trust folder, and what is checked of a certificate."""
