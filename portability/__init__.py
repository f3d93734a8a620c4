"""What several countries owe one person under the agreement between them, and why."""

__version__ = "0.1.0"
