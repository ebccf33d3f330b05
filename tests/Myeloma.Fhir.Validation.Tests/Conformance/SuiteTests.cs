using System.Text.Json;
using System.Text.RegularExpressions;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Validation.Tests.Conformance;

/// <summary>The validation suite: what passed stays passing, what fails has its reason written down.</summary>
public sealed partial class SuiteTests
{
    [ConformanceFact]
    public void Every_case_of_the_suite_passes_but_those_with_a_reason()
    {
        var cases = ValidationCase.ReadAll();
        var found = cases.ToDictionary(each => each.Name, each => each.Run() == each.Valid ? null : each.Valid ? "valid, by the reference" : "not valid, by the reference");

        SuiteResults.Hold("validate", found);
        Assert.All(cases.Where(each => each.IsUndisputed), each => Assert.Null(found[each.Name]));
    }

    /// <summary>Two validators word and place their faults differently; how often they agree on the place is to rise only.</summary>
    [ConformanceFact]
    public void Errors_stand_where_the_reference_has_them_as_often_as_written_down()
    {
        var places = JsonSerializer.Deserialize<Places>(File.ReadAllBytes(RepositoryRoot.Combine("tests", "Myeloma.Fhir.Validation.Tests", "Conformance", "places.json")), JsonSerializerOptions.Web);
        var (all, shared) = (0, 0);

        Parallel.ForEach(ValidationCase.ReadAll(), each =>
        {
            var expected = each.ReferenceErrors.Select(Place).ToList();
            if (expected.Count == 0) return;
            var found = each.ErrorExpressions().Select(Place).ToHashSet(StringComparer.Ordinal);
            Interlocked.Add(ref all, expected.Count);
            Interlocked.Add(ref shared, expected.Count(found.Contains));
        });

        Assert.Equal(places, new Places(shared, all));
    }

    /// <summary>Without what the reference adds to tell resources, types and extensions: <c>entry[0].resource/*Patient/1*/.value.ofType(boolean)</c>.</summary>
    private static string Place(string expression) => Additions().Replace(expression, "");

    [GeneratedRegex(@"/\*.*?\*/|\.ofType\([A-Za-z0-9]*\)|\[url='[^']*'\]")]
    private static partial Regex Additions();
}

/// <param name="Passed">How many pass.</param>
/// <param name="Failing">Names with the reason why each is left failing.</param>
internal sealed record Baseline(int Passed, IReadOnlyDictionary<string, string> Failing)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static Baseline Read(string name)
    {
        var path = RepositoryRoot.Combine("tests", "Myeloma.Fhir.Validation.Tests", "Conformance", name);
        return JsonSerializer.Deserialize<Baseline>(File.ReadAllBytes(path), Options)!;
    }
}

/// <param name="Shared">Errors of the reference where an error of ours has the same expression.</param>
/// <param name="All">Errors of the reference.</param>
internal sealed record Places(int Shared, int All);
