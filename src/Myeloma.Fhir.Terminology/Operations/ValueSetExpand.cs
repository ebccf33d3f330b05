using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary><c>ValueSet/$expand</c>. https://hl7.org/fhir/R4/valueset-operation-expand.html</summary>
public sealed class ValueSetExpand(TerminologyLimits limits, TimeProvider time)
{
    /// <summary>Parameters that are told again in the expansion, when they were given.</summary>
    private static readonly (string Name, string Type)[] Echoed =
    [
        ("activeOnly", "valueBoolean"), ("count", "valueInteger"), ("offset", "valueInteger"), ("filter", "valueString"), ("excludeNested", "valueBoolean"),
        ("excludeNotForUI", "valueBoolean"), ("excludePostCoordinated", "valueBoolean"), ("includeDefinition", "valueBoolean"), ("includeDesignations", "valueBoolean"),
        ("designation", "valueString"), ("limitedExpansion", "valueBoolean"), ("default-to-latest-version", "valueBoolean"), ("exclude-system", "valueUri"), ("force-system-version", "valueUri"), ("check-valueset-version", "valueUri"), ("force-valueset-version", "valueUri"), ("default-valueset-version", "valueUri"),
    ];

    /// <summary>The ValueSet with its expansion, as UTF-8 JSON.</summary>
    /// <remarks>
    /// Members come in the order of the includes: listed ones as listed, others in the hierarchy of their system. The total is exact. Without <c>count</c> all are
    /// told, nested where that is not excluded; with <c>count</c> or <c>offset</c> a page, flat. With a <c>filter</c> the best come first.
    /// </remarks>
    /// <exception cref="FhirException">
    /// <c>not-found</c>: the value set, one it imports, a system or supplement is not here; <c>too-costly</c>: more codes than the limit and no <c>count</c>;
    /// <c>invalid</c>, <c>not-supported</c>: a filter or parameter that can't be applied; <c>processing</c>: value sets that import each other in a circle.
    /// </exception>
    public byte[] Answer(TerminologyCatalog catalog, TerminologyArguments arguments)
    {
        var request = new TerminologyRequest(catalog, limits, arguments);
        var valueSet = request.ValueSet();
        var evaluation = request.Evaluation(valueSet);
        var filter = TextFilter.Of(arguments.Text("filter"));
        var content = Filtered(evaluation.Evaluate(valueSet), arguments, filter);
        if (arguments.Boolean("limitedExpansion") != true && content.Open.FirstOrDefault() is { } open) throw TerminologyIssues.NotClosed(valueSet.Canonical, open);
        var (offset, count) = (arguments.Count("offset"), arguments.Count("count"));
        if (count is null && content.Count - (offset ?? 0) > limits.MaxExpansion) throw TerminologyIssues.TooCostly(valueSet.Canonical, limits.MaxExpansion);

        var expansion = new Expansion(request, valueSet, evaluation, content);
        var isPage = offset is > 0 || (count is not null && count < content.Count);
        var isFlat = isPage || arguments.Boolean("excludeNested") == true || filter is not null;
        var size = Math.Min(count ?? limits.MaxExpansion, limits.MaxPage);
        var nodes = filter is not null ? expansion.Ranked(filter, offset ?? 0, size) : isFlat ? expansion.Page(offset ?? 0, size) : expansion.Nested();
        return Write(valueSet, expansion, nodes, content.Count, offset, arguments);
    }

    private static ValueSetContent Filtered(ValueSetContent content, TerminologyArguments arguments, TextFilter? filter)
    {
        IEnumerable<SystemContent> parts = content.Parts;
        List<string> excluded = [.. arguments.Texts("exclude-system")];
        if (excluded.Count > 0) parts = parts.Where(part => !excluded.Contains(part.System.Url) && !excluded.Contains(part.System.Canonical));
        if (arguments.Boolean("activeOnly") == true) parts = parts.Select(part => part with { Set = part.Set.Except(part.System.Inactive) });
        if (arguments.Boolean("excludeNotForUI") == true) parts = parts.Select(part => part with { Set = part.Set.Except(part.System.NotSelectable) });
        if (filter is not null) parts = parts.Select(filter.Apply);
        return new ValueSetContent([.. parts.Where(part => part.IsOpen || !part.Set.IsEmpty)]);
    }

    private byte[] Write(ValueSetSource valueSet, Expansion expansion, List<ExpansionNode> nodes, int total, int? offset, TerminologyArguments arguments) =>
        JsonOutput.Resource("ValueSet", writer =>
        {
            WriteDefinition(writer, valueSet, arguments);
            writer.WriteStartObject("expansion");
            expansion.WriteExtensions(writer, nodes);
            writer.WriteString("identifier", $"urn:uuid:{Guid.NewGuid()}");
            writer.WriteString("timestamp", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            if (!expansion.IsOpen) writer.WriteNumber("total", total);
            if (offset is { } from) writer.WriteNumber("offset", from);
            WriteParameters(writer, expansion, arguments);
            if (nodes.Count > 0)
            {
                writer.WriteStartArray("contains");
                expansion.WriteNodes(writer, nodes);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        });

    private static void WriteDefinition(Utf8JsonWriter writer, ValueSetSource valueSet, TerminologyArguments arguments)
    {
        if (valueSet.Resource is { } resource)
        {
            foreach (var name in (string[])["id", "language"])
                if (resource.TextOf(name) is { } text) writer.WriteString(name, text);
            foreach (var name in (string[])["url", "version", "name", "title", "status"])
                if (resource.TextOf(name) is { } text) writer.WriteString(name, text);
            WriteRaw(writer, resource, "experimental");
            WriteRaw(writer, resource, "date");
            WriteRaw(writer, resource, "publisher");
            if (arguments.Boolean("includeDefinition") == true) WriteRaw(writer, resource, "compose");
            return;
        }

        writer.Text("url", valueSet.Url);
        writer.Text("version", valueSet.Version);
        writer.Text("name", valueSet.Name);
        writer.Text("title", valueSet.Title);
        writer.WriteString("status", valueSet.Status ?? "active");
    }

    private static void WriteRaw(Utf8JsonWriter writer, Element resource, string name)
    {
        var children = resource.Children(name).ToList();
        if (children.Count == 0) return;
        writer.WritePropertyName(name);
        var isList = children[0].Property!.Element.IsArray;
        if (isList) writer.WriteStartArray();
        foreach (var child in children)
        {
            if (child.Kind == Model.Json.JsonKind.String) writer.WriteStringValue(child.Text);
            else if (child.RawValue.Length > 0) writer.WriteRawValue(child.RawValue, skipInputValidation: true);
            else writer.WriteNullValue();
        }

        if (isList) writer.WriteEndArray();
    }

    private static void WriteParameters(Utf8JsonWriter writer, Expansion expansion, TerminologyArguments arguments)
    {
        writer.WriteStartArray("parameter");
        foreach (var (name, type) in Echoed)
            foreach (var text in arguments.Texts(name)) writer.Parameter(name, type, text);
        foreach (var (name, canonical) in expansion.Evaluation.AppliedVersions.Order()) writer.Parameter(name, "valueUri", canonical);
        if (!expansion.Languages.IsEmpty) writer.Parameter("displayLanguage", "valueCode", expansion.Languages.Text);
        if (expansion.Evaluation.VersionsMatch) writer.Parameter("versionsMatch", "valueBoolean", "true");
        foreach (var system in expansion.Evaluation.UsedCodeSystems) writer.Parameter("used-codesystem", "valueUri", system.Canonical);
        foreach (var supplement in expansion.Evaluation.UsedCodeSystems.SelectMany(system => system.Supplements).Distinct()) writer.Parameter("used-supplement", "valueUri", supplement.Canonical);
        foreach (var used in expansion.Evaluation.UsedValueSets.Where(used => used.Url is not null)) writer.Parameter("used-valueset", "valueUri", used.Canonical);
        foreach (var (_, canonical, status) in StatusRemarks.Of(expansion.ValueSet, expansion.Evaluation)) writer.Parameter($"warning-{status}", "valueUri", canonical);
        writer.WriteEndArray();
    }
}
