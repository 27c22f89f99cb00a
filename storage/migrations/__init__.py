"""The schema, step by step; applied by Tortoise's migration runner."""
