using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary><c>CodeSystem/$find-matches</c>: the codes that have given properties. https://hl7.org/fhir/R4/codesystem-operation-find-matches.html</summary>
public sealed class FindMatches(TerminologyLimits limits)
{
    /// <summary>Possible matches that a person is shown.</summary>
    private const int MaxPossible = 50;

    /// <summary>Complete matches first, else partial ones, each with the properties it does not match.</summary>
    /// <returns>
    /// Parameters as UTF-8 JSON. With <c>exact</c>, for programs: every code that has all the properties that can be had together, taken in their order. Without, for people:
    /// codes that have any, texts found by beginnings of words, those with most properties first, at most fifty, with a comment.
    /// </returns>
    /// <exception cref="FhirException">
    /// <c>required</c>: no system, or no property; <c>not-found</c>: the system or its version; <c>not-supported</c>: nested properties; <c>too-costly</c>: more codes than the limit of expansions.
    /// </exception>
    public byte[] Answer(TerminologyCatalog catalog, TerminologyArguments arguments)
    {
        var request = new TerminologyRequest(catalog, limits, arguments);
        var url = arguments.Text("system") ?? throw new FhirException(Issue.Required("$find-matches needs the parameter 'system'."));
        var evaluation = request.Evaluation();
        var version = evaluation.SystemVersions.Effective(url, arguments.Text("version"));
        var system = evaluation.Find(url, version) ?? throw new FhirException(TerminologyIssues.UnknownCodeSystem(url, version, request.Catalog.VersionsOf(url), null));
        List<WantedProperty> wanted = [.. arguments.Parameters("property").Select(WantedProperty.Read)];
        if (wanted.Count == 0) throw new FhirException(Issue.Required("$find-matches needs a parameter 'property' with the parts 'code' and 'value'."));
        var isExact = arguments.Boolean("exact") != false;
        var sets = wanted.Select(property => property.Select(system, isExact)).ToList();
        var matches = isExact ? Exact(sets) : Possible(system, sets);
        return Write(system, request.Languages, wanted, sets, matches, isExact);
    }

    private IReadOnlyList<int> Exact(List<ConceptSet> sets)
    {
        ConceptSet? found = null;
        foreach (var set in sets)
            if ((found?.Intersect(set) ?? set) is { IsEmpty: false } narrower) found = narrower;
        if (found is null) return [];
        return found.Count <= limits.MaxExpansion ? [.. found.From(0)] : throw new FhirException(Issue.TooCostly(
            FormattableString.Invariant($"{found.Count} codes have these properties; {limits.MaxExpansion} are told (setting Fhir:Terminology:MaxExpansion). Name more properties.")));
    }

    private static IReadOnlyList<int> Possible(CompiledCodeSystem system, List<ConceptSet> sets)
    {
        var counts = new int[system.Count];
        foreach (var set in sets)
            foreach (var ordinal in set.From(0)) counts[ordinal]++;
        return [.. Enumerable.Range(0, system.Count).Where(ordinal => counts[ordinal] > 0).OrderByDescending(ordinal => counts[ordinal]).ThenBy(ordinal => ordinal).Take(MaxPossible)];
    }

    private static byte[] Write(CompiledCodeSystem system, DisplayLanguages languages, List<WantedProperty> wanted, List<ConceptSet> sets, IReadOnlyList<int> matches, bool isExact) =>
        JsonOutput.Resource("Parameters", writer =>
        {
            if (matches.Count == 0) return;
            writer.WriteStartArray("parameter");
            foreach (var ordinal in matches)
            {
                writer.Parts("match", () =>
                {
                    WriteCode(writer, system, ordinal, languages);
                    var missed = Enumerable.Range(0, sets.Count).Where(each => !sets[each].Contains(ordinal)).ToList();
                    foreach (var each in missed) wanted[each].WriteUnmatched(writer);
                    if (!isExact) writer.Parameter("comment", "valueString", missed.Count == 0 ? "All properties match." : FormattableString.Invariant($"{sets.Count - missed.Count} of {sets.Count} properties match."));
                });
            }

            writer.WriteEndArray();
        });

    private static void WriteCode(Utf8JsonWriter writer, CompiledCodeSystem system, int ordinal, DisplayLanguages languages)
    {
        writer.WriteStartObject();
        writer.WriteString("name", "code");
        writer.WriteStartObject("valueCoding");
        writer.WriteString("system", system.Url);
        writer.Text("version", system.Version);
        writer.WriteString("code", system.Code(ordinal));
        writer.Text("display", languages.Choose(system, ordinal).Text ?? system.Display(ordinal));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

/// <summary>A property that a code should have.</summary>
/// <param name="Value">Null where any value will do.</param>
internal sealed record WantedProperty(string Code, Element? Value)
{
    /// <exception cref="FhirException"><c>required</c>: no code; <c>not-supported</c>: it has nested properties.</exception>
    public static WantedProperty Read(Element parameter)
    {
        string? code = null;
        Element? value = null;
        foreach (var part in parameter.Children("part"))
        {
            switch (part.TextOf("name"))
            {
                case "code": code = part.TextOf("value"); break;
                case "value": value = part.Child("value"); break;
                case "subproperty": throw new FhirException(Issue.NotSupported("Properties within properties are not looked for: no code system here has any."));
            }
        }

        return new WantedProperty(code ?? throw new FhirException(Issue.Required("A property of $find-matches needs the part 'code'.")), value);
    }

    /// <summary>The codes that have it; of texts, a person means words, a program the whole.</summary>
    public ConceptSet Select(CompiledCodeSystem system, bool isExact)
    {
        if (Value is not { } value) return system.Column(Code).Any;
        if (!value.IsPrimitive)
        {
            var (code, of) = (value.TextOf("code") ?? "", value.TextOf("system"));
            return ConceptSet.Of(ConceptFilters.Having(system, Code, code).From(0).Where(ordinal => of is null || HasCoding(system, ordinal, code, of)));
        }

        var text = value.Text ?? "";
        if (Code is not ("display" or "designation" or "definition")) return ConceptFilters.Having(system, Code, text);
        if (!isExact && Code != "definition") return system.Index.Find(text) ?? ConceptSet.Empty;
        return ConceptSet.Where(system.Count, ordinal => Names(system, ordinal).Any(name => isExact ? name.Equals(text, StringComparison.OrdinalIgnoreCase) : name.Contains(text, StringComparison.OrdinalIgnoreCase)));
    }

    public void WriteUnmatched(Utf8JsonWriter writer) => writer.Parts("unmatched", () =>
    {
        writer.Parameter("code", "valueCode", Code);
        if (Value is not { } value) return;
        writer.WriteStartObject();
        writer.WriteString("name", "value");
        writer.WritePropertyName($"value{char.ToUpperInvariant(value.Type.Name[0])}{value.Type.Name[1..]}");
        if (value.Kind == Model.Json.JsonKind.String) writer.WriteStringValue(value.Text);
        else writer.WriteRawValue(value.RawValue, skipInputValidation: true);
        writer.WriteEndObject();
    });

    private List<string> Names(CompiledCodeSystem system, int ordinal)
    {
        if (Code == "definition") return system.Definition(ordinal) is { } definition ? [definition] : [];
        List<string> names = [.. system.Designations(ordinal).ToArray().Select(each => each.Value)];
        if (system.Display(ordinal) is { } display) names.Add(display);
        return names;
    }

    private bool HasCoding(CompiledCodeSystem system, int ordinal, string code, string of)
    {
        foreach (var property in system.Properties(ordinal))
            if (property.Code == Code && property.Value == code && property.System == of) return true;
        return false;
    }
}
