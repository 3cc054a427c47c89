"""Policies: YAML in, one callable out. `load` reads a file, `compile_program` joins it with a dialect and a keyring."""

from proxy.policy.compile import compile_program
from proxy.policy.load import Policy, load, load_text
from proxy.policy.program import Program

__all__ = ["Policy", "Program", "compile_program", "load", "load_text"]
