"""A team's book: asked, and held against everything that it should agree with."""
