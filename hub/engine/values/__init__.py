"""The plain values that all rooms hand each other, and how they are read: no store and no clock."""
