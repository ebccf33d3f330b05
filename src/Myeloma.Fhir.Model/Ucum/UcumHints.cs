using System.Collections.Frozen;

namespace Myeloma.Fhir.Model.Ucum;

/// <summary>What a symbol that UCUM does not have was probably meant to be.</summary>
internal static class UcumHints
{
    /// <summary>Ways of writing that are common in clinical notes and wrong in UCUM. Nothing ambiguous: a "unit" may be U or [iU], so it has no row.</summary>
    private static readonly FrozenDictionary<string, string> Customary = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["mcg"] = "ug", ["µg"] = "ug", ["μg"] = "ug", ["mcl"] = "uL", ["µl"] = "uL", ["μl"] = "uL", ["mcmol"] = "umol", ["µmol"] = "umol", ["μmol"] = "umol",
        ["µm"] = "um", ["μm"] = "um", ["µU"] = "uU", ["μU"] = "uU",
        ["cc"] = "mL", ["ccm"] = "cm3", ["gm"] = "g", ["gms"] = "g", ["gram"] = "g", ["grams"] = "g", ["mgs"] = "mg", ["kgs"] = "kg", ["kilo"] = "kg", ["mls"] = "mL",
        ["ltr"] = "L", ["litre"] = "L", ["liter"] = "L", ["litres"] = "L", ["liters"] = "L",
        ["sec"] = "s", ["secs"] = "s", ["second"] = "s", ["seconds"] = "s", ["mins"] = "min", ["minute"] = "min", ["minutes"] = "min",
        ["hr"] = "h", ["hrs"] = "h", ["hour"] = "h", ["hours"] = "h", ["day"] = "d", ["days"] = "d", ["week"] = "wk", ["weeks"] = "wk",
        ["month"] = "mo", ["months"] = "mo", ["mon"] = "mo", ["yr"] = "a", ["yrs"] = "a", ["year"] = "a", ["years"] = "a",
        ["IU"] = "[iU]", ["mIU"] = "m[iU]", ["kIU"] = "k[iU]", ["µIU"] = "u[iU]", ["μIU"] = "u[iU]", ["uIU"] = "u[iU]", ["MIU"] = "m[iU]",
        ["mmHg"] = "mm[Hg]", ["cmH2O"] = "cm[H2O]", ["mmH2O"] = "mm[H2O]", ["°C"] = "Cel", ["degC"] = "Cel", ["celsius"] = "Cel", ["°F"] = "[degF]", ["fahrenheit"] = "[degF]",
        ["lb"] = "[lb_av]", ["lbs"] = "[lb_av]", ["oz"] = "[oz_av]", ["in"] = "[in_i]", ["inch"] = "[in_i]", ["inches"] = "[in_i]", ["ft"] = "[ft_i]", ["feet"] = "[ft_i]",
        ["tsp"] = "[tsp_us]", ["tbsp"] = "[tbs_us]", ["gtt"] = "[drp]", ["drop"] = "[drp]", ["drops"] = "[drp]", ["percent"] = "%", ["pct"] = "%",
        ["mEq"] = "meq", ["mosmol"] = "mosm", ["Osmol"] = "osm", ["bpm"] = "/min", ["kcals"] = "kcal", ["moles"] = "mol",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <returns>A known symbol or code; null when nothing is likely.</returns>
    public static string? Suggest(string symbol, UcumTable table)
    {
        if (Customary.TryGetValue(symbol, out var customary)) return customary;
        if (table.FindAtom($"[{symbol}]") is not null) return $"[{symbol}]";
        return FromCaseInsensitive(symbol, table) ?? OtherCase(symbol, table);
    }

    public static string Unknown(string symbol, string? suggestion)
    {
        var meant = suggestion is null ? "a thing that is counted stands in braces, such as {tablet}" : $"did you mean '{suggestion}'?";
        return $"UCUM has no unit '{symbol}'; {meant}";
    }

    public static string Unexpected(char letter) => letter switch
    {
        '+' or '-' => "An exponent stands behind a unit only.",
        '}' => "'}' closes nothing.",
        ')' => "A unit is expected before ')'.",
        '^' or '*' => "A power is written as digits behind the unit: m2.",
        ' ' or '\t' or '\r' or '\n' or '\u00A0' => "A UCUM code has no white space.",
        > '~' => $"UCUM codes are ASCII; '{letter}' is none of it.",
        _ => $"A unit is expected here, not '{letter}'.",
    };

    /// <summary>An exa-ampere is no likely meaning of anything.</summary>
    private static bool IsUsual(UcumPrefix prefix) => prefix.Code is "k" or "d" or "c" or "m" or "u" or "n" or "p" or "f";

    /// <summary>A symbol of the case-insensitive variant in the case-sensitive one: <c>UG</c> is <c>ug</c>.</summary>
    private static string? FromCaseInsensitive(string symbol, UcumTable table)
    {
        if (table.Atoms.FirstOrDefault(atom => atom.CaseInsensitiveCode == symbol) is { } whole) return whole.Code;
        foreach (var prefix in table.Prefixes.Where(IsUsual))
        {
            if (!symbol.StartsWith(prefix.CaseInsensitiveCode, StringComparison.Ordinal)) continue;
            var rest = symbol[prefix.CaseInsensitiveCode.Length..];
            if (table.Atoms.FirstOrDefault(atom => atom.IsMetric && atom.CaseInsensitiveCode == rest) is { } atom) return prefix.Code + atom.Code;
        }

        return null;
    }

    private static string? OtherCase(string symbol, UcumTable table)
    {
        if (table.Atoms.FirstOrDefault(atom => atom.Code.Equals(symbol, StringComparison.OrdinalIgnoreCase)) is { } whole) return whole.Code;
        foreach (var prefix in table.Prefixes.Where(IsUsual))
        {
            if (!symbol.StartsWith(prefix.Code, StringComparison.OrdinalIgnoreCase)) continue;
            var rest = symbol[prefix.Code.Length..];
            if (table.Atoms.FirstOrDefault(atom => atom.IsMetric && atom.Code.Equals(rest, StringComparison.OrdinalIgnoreCase)) is { } atom) return prefix.Code + atom.Code;
        }

        return null;
    }
}
