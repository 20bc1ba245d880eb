"""Formulas as Typst mathematics, from sympy: what the paper prints is what the models compute."""

from __future__ import annotations

import re
from typing import Any

_GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "kappa", "lambda", "mu", "nu", "pi"}
_GREEK |= {"rho", "sigma", "tau", "phi", "chi", "psi", "omega", "zeta", "xi"}


def typst(expression: Any) -> str:
    """Typst math of a sympy expression made of sums, products, powers, exp, log and erf.

    Examples
    --------
    >>> import sympy
    >>> V, r, kappa = sympy.symbols("V r kappa", positive=True)
    >>> typst(V**r / (V**r + kappa) - 1)
    '(V^(r)) / (V^(r) + kappa) - 1'
    >>> typst((r - V) / (r - kappa))  # in a sum, what is added comes before what is taken off
    '(r - V) / (r - kappa)'
    """
    if expression.is_Add:
        terms = sorted((typst(term) for term in expression.as_ordered_terms()), key=lambda term: term.startswith("-"))
        return terms[0] + "".join(f" - {t[1:]}" if t.startswith("-") else f" + {t}" for t in terms[1:])
    if expression.is_Mul:
        return _product(expression)
    if expression.is_Pow:
        return _power(expression)
    if expression.is_Symbol:
        return symbol(expression.name)
    if expression.is_Function:
        name = {"exp": "exp", "log": "ln"}.get(expression.func.__name__, f'op("{expression.func.__name__}")')
        return f"{name}({', '.join(typst(argument) for argument in expression.args)})"
    return str(expression)


def _product(expression: Any) -> str:
    from sympy import fraction

    numerator, denominator = fraction(expression, exact=True)  # exact: leaves exp(-x) where it is
    negative = numerator.as_coeff_Mul()[0].is_negative
    sign, numerator = ("-", -numerator) if negative else ("", numerator)
    top = _factors(numerator)
    return sign + (top if denominator == 1 else f"({top}) / ({_factors(denominator)})")


def _factors(expression: Any) -> str:
    if not expression.is_Mul:
        return typst(expression)
    return " ".join(f"({typst(f)})" if f.is_Add else typst(f) for f in expression.as_ordered_factors())


def _power(expression: Any) -> str:
    base, exponent = expression.as_base_exp()
    if exponent.could_extract_minus_sign():
        return f"1 / ({typst(base**-exponent)})"
    if exponent.is_Rational and exponent.q == 2 and exponent.p == 1:
        return f"sqrt({typst(base)})"
    inner = typst(base) if base.is_Symbol else f"({typst(base)})"
    return f"{inner}^({typst(exponent)})"


def symbol(name: str) -> str:
    """Typst math of a symbol's name: Greek letters, subscripts, words in quotes.

    Examples
    --------
    >>> symbol("sigma_V"), symbol("k_1"), symbol("rule")
    ('sigma_(V)', 'k_(1)', '"rule"')
    """
    base, *subscripts = re.split("_", name)

    def letter(part: str) -> str:
        return part if part in _GREEK or len(part) == 1 or part.isdigit() else f'"{part}"'

    return letter(base) + "".join(f"_({letter(part)})" for part in subscripts)
