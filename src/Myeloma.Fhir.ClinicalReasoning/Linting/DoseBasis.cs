using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Ucum;

namespace Myeloma.Fhir.ClinicalReasoning.Linting;

/// <summary>What a dose is reckoned by.</summary>
internal enum Basis { Fixed, Surface, Weight, AreaUnderCurve }

/// <summary>Reads the basis of a dose from a unit's code and from words.</summary>
internal static partial class DoseBasis
{
    public static string InWords(Basis basis) => basis switch
    {
        Basis.Fixed => "a fixed dose",
        Basis.Surface => "per body surface",
        Basis.Weight => "per body weight",
        _ => "by area under the curve",
    };

    /// <summary>The basis that a UCUM code states: <c>mg/m2</c>, <c>mg/kg</c>, <c>mg</c>.</summary>
    /// <returns>Null for no UCUM code.</returns>
    public static Basis? OfUcum(string code)
    {
        if (!UcumUnit.TryParse(code, out _, out _)) return null;
        if (SurfaceCode().IsMatch(code)) return Basis.Surface;
        return WeightCode().IsMatch(code) ? Basis.Weight : Basis.Fixed;
    }

    /// <summary>The basis that the words of a unit state; a unit that says nothing of it (<c>mg</c>) is a fixed dose.</summary>
    /// <returns>Null when there are none.</returns>
    public static Basis? OfWords(string? unit) => unit is null ? null : Stated(unit) ?? Basis.Fixed;

    /// <summary>The basis that the words right behind the number of a dose state in a text, <c>1.3 mg/m²</c>.</summary>
    /// <returns>Null when the text has no such words, or does not name the number.</returns>
    public static Basis? OfText(string? text, string value)
    {
        if (text is null) return null;
        foreach (Match match in NumberAndUnit().Matches(text))
            if (decimal.TryParse(match.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture, out var number)
                && decimal.TryParse(value, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var own) && number == own)
                return Stated(match.Groups["unit"].Value) ?? Basis.Fixed;
        return null;
    }

    private static Basis? Stated(string words) =>
        SurfaceWords().IsMatch(words) ? Basis.Surface
        : WeightWords().IsMatch(words) ? Basis.Weight
        : AreaWords().IsMatch(words) ? Basis.AreaUnderCurve
        : null;

    [GeneratedRegex(@"/(m2|\(m2\)|m2\.|m2/)|/.*\bm2\b")]
    private static partial Regex SurfaceCode();

    [GeneratedRegex(@"/.*\b(kg|g)\b(?!\{)")]
    private static partial Regex WeightCode();

    [GeneratedRegex(@"(/|\bper\s+)\s*(m2|m²|m\^2|square\s+met)", RegexOptions.IgnoreCase)]
    private static partial Regex SurfaceWords();

    [GeneratedRegex(@"(/|\bper\s+)\s*(kg|kilogram)", RegexOptions.IgnoreCase)]
    private static partial Regex WeightWords();

    [GeneratedRegex(@"\bAUC\b|area under", RegexOptions.IgnoreCase)]
    private static partial Regex AreaWords();

    [GeneratedRegex(@"(?<![\d.])(?<number>\d+(\.\d+)?)\s*(?<unit>(mg|g|µg|mcg|ug|ng|IU|unit|units|mmol|mL)\b(\s*(/|per)\s*[A-Za-z0-9²^]+)?)", RegexOptions.IgnoreCase)]
    private static partial Regex NumberAndUnit();
}
