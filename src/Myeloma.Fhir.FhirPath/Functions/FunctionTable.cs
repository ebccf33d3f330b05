using System.Collections.Frozen;
using System.Diagnostics;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Every function by name.</summary>
internal static class FunctionTable
{
    private static readonly FunctionEntry[] TypeFunctions =
    [
        new("is", 1, 1, CompiledAsOperator, IsTypeFunction: true),
        new("as", 1, 1, CompiledAsOperator, IsTypeFunction: true),
        new("ofType", 1, 1, CompiledAsOperator, IsTypeFunction: true),
    ];

    private static readonly FrozenDictionary<string, FunctionEntry> Entries = new[]
    {
        TypeFunctions, ExistenceFunctions.Entries, FilteringFunctions.Entries, SubsettingFunctions.Entries, CombiningFunctions.Entries,
        ConversionFunctions.Entries, StringFunctions.Entries, StringEncodingFunctions.Entries, MathFunctions.Entries, NavigationFunctions.Entries,
        UtilityFunctions.Entries, AggregateFunctions.Entries, BoundaryFunctions.Entries, FhirFunctions.Entries, FhirServiceFunctions.Entries,
    }.SelectMany(entries => entries).ToFrozenDictionary(entry => entry.Name, StringComparer.Ordinal);

    public static FunctionEntry? Find(string name) => Entries.GetValueOrDefault(name);

    /// <summary>A known name that differs in case or by little from an unknown one; null when none is near.</summary>
    public static string? Nearest(string name) => Entries.Keys
        .Select(key => (key, Distance: Distance(key.ToLowerInvariant(), name.ToLowerInvariant())))
        .Where(candidate => candidate.Distance <= Math.Min(2, name.Length / 2))
        .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.key, StringComparer.Ordinal)
        .Select(candidate => candidate.key).FirstOrDefault();

    private static Collection CompiledAsOperator(Collection input, Evaluation.Arguments arguments) => throw new UnreachableException();

    /// <summary>Insertions, deletions and replacements between two words; long words are not compared.</summary>
    private static int Distance(string left, string right)
    {
        if (right.Length > 40) return int.MaxValue;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
