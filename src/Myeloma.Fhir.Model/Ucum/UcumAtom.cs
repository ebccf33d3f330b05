namespace Myeloma.Fhir.Model.Ucum;

/// <summary>One unit symbol of UCUM's tables. https://ucum.org/ucum#section-Tables-of-Terminal-Symbols</summary>
/// <param name="Code">Case-sensitive symbol.</param>
/// <param name="CaseInsensitiveCode">Symbol of the case-insensitive variant; never accepted, only hinted at.</param>
/// <param name="IsMetric">Whether prefixes may stand before it.</param>
/// <param name="IsArbitrary">Whether it compares with nothing but itself, like <c>[iU]</c>.</param>
/// <param name="Class">Table it stands in: <c>si</c>, <c>clinical</c>, ….</param>
/// <param name="Property">What it measures, in UCUM's words.</param>
internal sealed record UcumAtom(
    string Code, string CaseInsensitiveCode, string Name, bool IsMetric, bool IsArbitrary, string Class, string Property, UcumMeasure Measure);

/// <summary>What a unit is worth in base units.</summary>
/// <param name="Factor">Base units in one of it; for a special unit of what its function gives.</param>
/// <param name="Function">Null for units on a ratio scale.</param>
/// <param name="Scale">What a value is multiplied by before the function: the prefix of a special unit.</param>
internal readonly record struct UcumMeasure(Rational Factor, UcumDimension Dimension, SpecialFunction? Function, Rational Scale)
{
    public static readonly UcumMeasure One = Number(Rational.One);

    public static UcumMeasure Number(Rational value) => new(value, UcumDimension.None, null, Rational.One);
}
