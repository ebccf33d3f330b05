using System.Collections.Frozen;
using Myeloma.Fhir.FhirPath.Syntax;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Every function by name.</summary>
internal static class FunctionTable
{
    private static readonly FunctionEntry[] TypeFunctions =
    [
        FunctionEntry.Compiled("is", 1, 1, isTypeFunction: true),
        FunctionEntry.Compiled("as", 1, 1, isTypeFunction: true),
        FunctionEntry.Compiled("ofType", 1, 1, isTypeFunction: true),
    ];

    private static readonly FrozenDictionary<string, FunctionEntry> Entries = new[]
    {
        TypeFunctions, ExistenceFunctions.Entries, FilteringFunctions.Entries, SubsettingFunctions.Entries, CombiningFunctions.Entries,
        ConversionFunctions.Entries, StringFunctions.Entries, StringEncodingFunctions.Entries, MathFunctions.Entries, NavigationFunctions.Entries,
        UtilityFunctions.Entries, AggregateFunctions.Entries, BoundaryFunctions.Entries, FhirFunctions.Entries, FhirServiceFunctions.Entries,
    }.SelectMany(entries => entries).ToFrozenDictionary(entry => entry.Name, StringComparer.Ordinal);

    public static FunctionEntry? Find(string name) => Entries.GetValueOrDefault(name);

    /// <summary>A known name that differs in case or by little from an unknown one; null when none is near.</summary>
    public static string? Nearest(string name) => NearestName.Find(name, Entries.Keys);
}
