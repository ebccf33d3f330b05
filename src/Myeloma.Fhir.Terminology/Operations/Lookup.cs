using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary><c>CodeSystem/$lookup</c>. https://hl7.org/fhir/R4/codesystem-operation-lookup.html</summary>
public sealed class Lookup(TerminologyLimits limits)
{
    /// <summary>What the system says of a code: name, version, display, definition, designations, properties.</summary>
    /// <returns>
    /// Parameters as UTF-8 JSON. Designations begin with the display in the language of the system. Without <c>property</c> come <c>inactive</c>, parents and children
    /// are told when they are asked for, all with <c>*</c>.
    /// </returns>
    /// <exception cref="FhirException"><c>not-found</c>: the system, its version, a supplement or the code is not here; <c>required</c>: no code, or none with a system.</exception>
    public byte[] Answer(TerminologyCatalog catalog, TerminologyArguments arguments)
    {
        var request = new TerminologyRequest(catalog, limits, arguments);
        var (url, version, code) = Asked(arguments);
        var supplements = request.Supplements([]);
        var evaluation = request.Evaluation();
        var effective = evaluation.SystemVersions.Effective(url, version);
        var system = evaluation.Find(url, effective)
            ?? throw new FhirException(TerminologyIssues.UnknownCodeSystem(url, effective, request.Catalog.VersionsOf(url), null));
        var ordinal = system.Find(code);
        if (ordinal < 0)
        {
            var unknown = TerminologyIssues.UnknownCode(code, url, system.Version, "code") with { Type = IssueType.NotFound };
            throw new FhirException(system.Source.Grammar?.Fault(code) is { } fault ? [unknown, TerminologyIssues.NotByGrammar(code, fault, "code")] : [unknown]);
        }

        return JsonOutput.Parameters(writer => Write(writer, system, ordinal, [.. arguments.Texts("property")], request.Languages, supplements));
    }

    private static (string Url, string? Version, string Code) Asked(TerminologyArguments arguments)
    {
        var coding = arguments.Value("coding");
        var (url, code) = (arguments.Text("system") ?? coding?.TextOf("system"), arguments.Text("code") ?? coding?.TextOf("code"));
        if (url is null || code is null) throw new FhirException(Issue.Required("$lookup needs the parameters 'system' and 'code', or 'coding'."));
        return (url, arguments.Text("version") ?? coding?.TextOf("version"), code);
    }

    private static void Write(Utf8JsonWriter writer, CompiledCodeSystem system, int ordinal, HashSet<string> properties, DisplayLanguages languages, IReadOnlyList<CompiledCodeSystem> supplements)
    {
        bool IsAsked(string name) => properties.Count == 0 || properties.Contains("*") || properties.Contains(name);
        writer.Parameter("name", "valueString", system.Source.Name ?? system.Source.Title ?? system.Url);
        writer.Parameter("version", "valueString", system.Version);
        writer.Parameter("code", "valueCode", system.Code(ordinal));
        writer.Parameter("system", "valueUri", system.Url);
        writer.Parameter("display", "valueString", languages.Choose(system, ordinal).Text ?? system.Display(ordinal));
        if (IsAsked("definition")) writer.Parameter("definition", "valueString", system.Definition(ordinal));
        writer.Parameter("abstract", system.IsAbstract(ordinal));
        foreach (var supplement in system.Supplements) writer.Parameter("used-supplement", "valueCanonical", supplement.Canonical);
        if (IsAsked("designation")) WriteDesignations(writer, system, ordinal, supplements);
        WriteProperties(writer, system, ordinal, properties);
    }

    private static void WriteDesignations(Utf8JsonWriter writer, CompiledCodeSystem system, int ordinal, IReadOnlyList<CompiledCodeSystem> supplements)
    {
        if (system.Display(ordinal) is { } display)
        {
            var own = new Designation(system.Source.Language, new ConceptUse("http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra", "preferredForLanguage", "Preferred For Language"), display);
            if (system.Source.Language is not null) WriteDesignation(writer, own, null);
        }

        foreach (var designation in system.Designations(ordinal))
            WriteDesignation(writer, designation, supplements.Count == 0 ? null : SourceOf(system.Code(ordinal), designation, supplements));
    }

    /// <summary>The supplement that gives a concept the name; null when the system itself does.</summary>
    private static string? SourceOf(string code, Designation designation, IReadOnlyList<CompiledCodeSystem> supplements) =>
        supplements.FirstOrDefault(each => each.Find(code) is >= 0 and var at && each.Designations(at).Contains(designation))?.Canonical;

    private static void WriteDesignation(Utf8JsonWriter writer, Designation designation, string? source) => writer.Parts("designation", () =>
    {
        writer.Parameter("language", "valueCode", designation.Language);
        if (designation.Use is { } use)
        {
            writer.WriteStartObject();
            writer.WriteString("name", "use");
            writer.Coding("valueCoding", use.System, use.Code, use.Display ?? use.Code);
            writer.WriteEndObject();
        }

        writer.Parameter("value", "valueString", designation.Value);
        writer.Parameter("source", "valueCanonical", source);
    });

    private static void WriteProperties(Utf8JsonWriter writer, CompiledCodeSystem system, int ordinal, HashSet<string> properties)
    {
        bool IsAsked(string name) => properties.Contains("*") || properties.Contains(name);
        if (properties.Count == 0 || IsAsked("inactive")) writer.Parts("property", () =>
        {
            writer.Parameter("code", "valueCode", "inactive");
            writer.Parameter("value", system.IsInactive(ordinal));
        });
        if (IsAsked("parent")) foreach (var parent in system.Hierarchy.Parents(ordinal)) WriteRelative(writer, system, "parent", parent);
        if (IsAsked("child")) foreach (var child in system.Hierarchy.Children(ordinal)) WriteRelative(writer, system, "child", child);
        foreach (var property in system.Properties(ordinal))
        {
            // Relations were told from the hierarchy, whichever way they were stated.
            if (!IsAsked(property.Code) || property.Code is "parent" or "child" or "inactive") continue;
            writer.Parts("property", () =>
            {
                writer.Parameter("code", "valueCode", property.Code);
                writer.WriteStartObject();
                writer.WriteString("name", "value");
                if (property.Kind == "Coding") writer.Coding("valueCoding", property.System, property.Value, property.Display);
                else writer.Value("value" + char.ToUpperInvariant(property.Kind[0]) + property.Kind[1..], property.Value);
                writer.WriteEndObject();
            });
        }
    }

    private static void WriteRelative(Utf8JsonWriter writer, CompiledCodeSystem system, string name, int ordinal) => writer.Parts("property", () =>
    {
        writer.Parameter("code", "valueCode", name);
        writer.Parameter("value", "valueCode", system.Code(ordinal));
        writer.Parameter("description", "valueString", system.Display(ordinal));
    });
}
