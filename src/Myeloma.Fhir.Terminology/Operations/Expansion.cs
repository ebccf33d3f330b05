using System.Text.Json;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>A member in an expansion, with what is shown below it.</summary>
internal sealed record ExpansionNode(SystemContent Part, int Ordinal, List<ExpansionNode> Children);

/// <summary>How the members of one expansion are shown.</summary>
internal sealed class Expansion
{
    private const string PropertyUrl = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";
    private const string ContainsPropertyUrl = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";

    /// <summary>Properties that are shown without being asked for.</summary>
    private static readonly string[] Always = ["weight", "label", "order", "status"];

    /// <summary>Of nodes on a page; nothing is ever put below them.</summary>
    private static readonly List<ExpansionNode> NoChildren = [];

    private readonly ValueSetContent content;
    private readonly bool includeDesignations;
    private readonly IReadOnlyList<string> designations;
    private readonly IReadOnlyList<string> properties;
    private readonly HashSet<string> severalVersions;
    private readonly Dictionary<CompiledCodeSystem, bool> showsProperties = [];
    private readonly Dictionary<CompiledCodeSystem, MemberParts?> memberParts = [];

    public Expansion(TerminologyRequest request, ValueSetSource valueSet, ValueSetEvaluation evaluation, ValueSetContent content)
    {
        (ValueSet, Evaluation, this.content) = (valueSet, evaluation, content);
        var stated = valueSet.ExpansionParameters.FirstOrDefault(pair => pair.Key == "displayLanguage").Value;
        Languages = request.Languages.IsEmpty && stated is not null ? DisplayLanguages.Parse(stated) : request.Languages;
        if (Languages.IsEmpty && valueSet.Language is not null) Languages = DisplayLanguages.Parse(valueSet.Language);
        designations = [.. request.Arguments.Texts("designation")];
        includeDesignations = designations.Count > 0 || request.Arguments.Boolean("includeDesignations") == true;
        properties = [.. request.Arguments.Texts("property").Distinct()];
        severalVersions =
        [
            .. evaluation.UsedCodeSystems.GroupBy(system => system.Url).Where(group => group.Count() > 1).Select(group => group.Key),
            .. valueSet.Include.Where(clause => clause.System is not null).GroupBy(clause => clause.System!).Where(group => group.Select(clause => clause.Version).Distinct().Count() > 1).Select(group => group.Key),
        ];
    }

    public ValueSetSource ValueSet { get; }
    public ValueSetEvaluation Evaluation { get; }
    public DisplayLanguages Languages { get; }

    /// <summary>Whether there are members without end, of which only the common ones are told.</summary>
    public bool IsOpen => content.Open.Any();

    /// <summary>Whether members are shown by the names of their systems alone.</summary>
    private bool IsPlain => Languages.IsEmpty && !includeDesignations && content.Parts.All(part => part.Listed is null);

    /// <summary>Members from a zero-based place on, at most so many.</summary>
    public List<ExpansionNode> Page(int offset, int count)
    {
        var nodes = new List<ExpansionNode>();
        foreach (var part in content.Parts)
        {
            if (offset < part.Set.Count)
            {
                foreach (var ordinal in part.From(offset).Take(count - nodes.Count)) nodes.Add(new ExpansionNode(part, ordinal, NoChildren));
                offset = 0;
            }
            else
            {
                offset -= part.Set.Count;
            }

            if (nodes.Count >= count) break;
        }

        return nodes;
    }

    /// <summary>Members that a text was found in, the best first, from a zero-based place on.</summary>
    public List<ExpansionNode> Ranked(TextFilter filter, int offset, int count) =>
    [
        .. filter.Ranked(content, IsPlain ? null : (part, ordinal) => Names(part.System, ordinal, part.NoteOf(ordinal)).Display).Skip(offset).Take(count)
            .Select(member => new ExpansionNode(member.Part, member.Ordinal, NoChildren)),
    ];

    /// <summary>All members, each below its nearest ancestor of the same include.</summary>
    public List<ExpansionNode> Nested()
    {
        var roots = new List<ExpansionNode>();
        foreach (var part in content.Parts)
        {
            var isFlat = !part.CanNest || !part.System.Hierarchy.HasHierarchy;
            var shown = new Dictionary<int, ExpansionNode>();
            foreach (var ordinal in part.From(0))
            {
                var node = new ExpansionNode(part, ordinal, []);
                var above = isFlat ? null : Above(part.System.Hierarchy, ordinal, shown);
                (above?.Children ?? roots).Add(node);
                shown[ordinal] = node;
            }
        }

        return roots;
    }

    /// <summary>The nearest ancestor on the way of first parents that is shown; one with several parents is shown once.</summary>
    private static ExpansionNode? Above(ConceptHierarchy hierarchy, int ordinal, Dictionary<int, ExpansionNode> shown)
    {
        while (hierarchy.Parents(ordinal) is { Length: > 0 } parents)
        {
            ordinal = parents[0];
            if (shown.TryGetValue(ordinal, out var node)) return node;
        }

        return null;
    }

    /// <summary>The members, each as <see cref="WriteNode"/> writes it; those of which only system, code and name are told, from parts that are ready.</summary>
    public void WriteNodes(Utf8JsonWriter writer, List<ExpansionNode> nodes)
    {
        var output = JsonBuffer.Rent();
        foreach (var node in nodes)
        {
            if (node.Children.Count > 0 || includeDesignations || !Languages.IsEmpty || node.Part.NoteOf(node.Ordinal) is not null || PartsOf(node.Part.System) is not { } parts)
            {
                WriteNode(writer, node);
                continue;
            }

            output.Clear();
            parts.Write(output, node.Ordinal);
            writer.WriteRawValue(output.Written, skipInputValidation: true);
        }

        JsonBuffer.Return(output);
    }

    /// <summary>What is the same for all members of a system; null where more may have to be told.</summary>
    private MemberParts? PartsOf(CompiledCodeSystem system)
    {
        if (!memberParts.TryGetValue(system, out var parts))
            memberParts.Add(system, parts = ShowsProperties(system) || system.Form.HasExtensions || system.Supplements.Count > 0 ? null : new MemberParts(system, severalVersions.Contains(system.Url)));
        return parts;
    }

    private void WriteNode(Utf8JsonWriter writer, ExpansionNode node)
    {
        var (system, ordinal, note) = (node.Part.System, node.Ordinal, node.Part.NoteOf(node.Ordinal));
        writer.WriteStartObject();
        WriteExtensions(writer, system, ordinal, note);
        writer.WriteString("system", system.Url);
        if (system.IsAbstract(ordinal)) writer.WriteBoolean("abstract", true);
        if (system.IsInactive(ordinal)) writer.WriteBoolean("inactive", true);
        if (severalVersions.Contains(system.Url)) writer.Text("version", system.Version);
        writer.WriteString("code", system.Code(ordinal));
        var (display, chosen, all) = Names(system, ordinal, note);
        writer.Text("display", display);
        if (includeDesignations) WriteDesignations(writer, system, ordinal, display, chosen, all);
        if (node.Children.Count > 0)
        {
            writer.WriteStartArray("contains");
            foreach (var child in node.Children) WriteNode(writer, child);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>The name to show: the value set's own, then that of the wanted language.</summary>
    private (string? Display, int Chosen, IReadOnlyList<Designation> All) Names(CompiledCodeSystem system, int ordinal, ListedConcept? note)
    {
        if (note is null && Languages.IsEmpty && !includeDesignations) return (system.Display(ordinal), -1, []);
        IReadOnlyList<Designation> all = note is null ? system.Designations(ordinal).ToArray() : [.. system.Designations(ordinal), .. note.Designations];
        var (text, chosen) = Languages.Choose(note?.Display ?? system.Display(ordinal), system.Source.Language, all.ToArray());
        return (text, chosen, all);
    }

    private void WriteDesignations(Utf8JsonWriter writer, CompiledCodeSystem system, int ordinal, string? display, int chosen, IReadOnlyList<Designation> all)
    {
        var shown = new List<Designation>();
        if (system.Display(ordinal) is { } own && own != display)
            shown.Add(new Designation(system.Source.Language, new ConceptUse("http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra", "preferredForLanguage", null), own));
        shown.AddRange(all.Where((_, index) => index != chosen));
        if (designations.Count > 0) shown.RemoveAll(each => !designations.Any(wanted => IsWanted(wanted, each)));
        if (shown.Count == 0) return;
        writer.WriteStartArray("designation");
        foreach (var designation in shown)
        {
            writer.WriteStartObject();
            WriteExtensions(writer, designation.Extensions);
            writer.Text("language", designation.Language);
            if (designation.Use is { } use) writer.Coding("use", use.System, use.Code, use.Display);
            writer.WriteString("value", designation.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>A designation is asked for by its language or, as <c>system|code</c>, by its use.</summary>
    private static bool IsWanted(string wanted, Designation designation)
    {
        var bar = wanted.IndexOf('|', StringComparison.Ordinal);
        if (bar < 0) return designation.Language is { } language && DisplayLanguages.Matches(wanted, language);
        return wanted[..bar] == "urn:ietf:bcp:47" ? designation.Language is { } own && DisplayLanguages.Matches(wanted[(bar + 1)..], own)
            : designation.Use?.System == wanted[..bar] && designation.Use.Code == wanted[(bar + 1)..];
    }

    private void WriteExtensions(Utf8JsonWriter writer, CompiledCodeSystem system, int ordinal, ListedConcept? note)
    {
        var own = system.Extensions(ordinal);
        if (own.IsEmpty && note is null && !ShowsProperties(system)) return;
        List<ConceptExtension> kept = [.. own];
        if (note is not null)
        {
            kept.RemoveAll(each => note.Extensions.Any(stated => stated.Url == each.Url));
            kept.AddRange(note.Extensions);
        }

        var stated = PropertiesOf(system, ordinal, note);
        if (kept.Count + stated.Count == 0) return;
        writer.WriteStartArray("extension");
        foreach (var extension in kept) writer.WriteRawValue(extension.Json, skipInputValidation: true);
        foreach (var property in stated)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("extension");
            WriteSimple(writer, "code", "valueCode", property.Code);
            writer.WriteStartObject();
            writer.WriteString("url", "value");
            if (property.Kind == "Coding") writer.Coding("valueCoding", property.System, property.Value, property.Display);
            else writer.Value("value" + char.ToUpperInvariant(property.Kind[0]) + property.Kind[1..], property.Value);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteString("url", ContainsPropertyUrl);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteExtensions(Utf8JsonWriter writer, IReadOnlyList<ConceptExtension> extensions)
    {
        if (extensions.Count == 0) return;
        writer.WriteStartArray("extension");
        foreach (var extension in extensions) writer.WriteRawValue(extension.Json, skipInputValidation: true);
        writer.WriteEndArray();
    }

    private static void WriteSimple(Utf8JsonWriter writer, string url, string type, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("url", url);
        writer.WriteString(type, value);
        writer.WriteEndObject();
    }

    /// <summary>What is shown as properties: what was asked for, and what is always shown; the value set's own word before the system's.</summary>
    private List<ConceptProperty> PropertiesOf(CompiledCodeSystem system, int ordinal, ListedConcept? note)
    {
        if (note is null && !ShowsProperties(system)) return [];
        var shown = new List<ConceptProperty>();
        foreach (var property in note?.Properties ?? [])
            if (Always.Contains(property.Code)) shown.Add(property);
        foreach (var property in system.Properties(ordinal))
        {
            // That a concept is active goes without saying.
            if (property is { Code: "status", Value: "active" } && !properties.Contains("status")) continue;
            if (Always.Contains(property.Code) ? !shown.Any(each => each.Code == property.Code) : properties.Contains(property.Code) || properties.Contains("*"))
                shown.Add(property);
        }

        if (properties.Contains("definition") && system.Definition(ordinal) is { } definition) shown.Add(new ConceptProperty("definition", "string", definition));
        if (properties.Contains("parent"))
            foreach (var parent in system.Hierarchy.Parents(ordinal)) shown.Add(new ConceptProperty("parent", "code", system.Code(parent)));
        if (properties.Contains("child"))
            foreach (var child in system.Hierarchy.Children(ordinal)) shown.Add(new ConceptProperty("child", "code", system.Code(child)));
        return shown;
    }

    /// <summary>Whether any concept of a system may have a property to show: mostly none has, and each would be looked at in vain.</summary>
    private bool ShowsProperties(CompiledCodeSystem system)
    {
        if (properties.Count > 0) return true;
        if (!showsProperties.TryGetValue(system, out var shows)) showsProperties.Add(system, shows = system.States(Always));
        return shows;
    }

    /// <summary>Whether there are more members than are told, and the properties that those shown have, with what they mean.</summary>
    public void WriteExtensions(Utf8JsonWriter writer, IReadOnlyList<ExpansionNode> nodes)
    {
        var used = new Dictionary<string, string?>(StringComparer.Ordinal);
        Collect(nodes, used);
        if (used.Count == 0 && !IsOpen) return;
        writer.WriteStartArray("extension");
        if (IsOpen) WriteUnclosed(writer);
        foreach (var (code, uri) in used)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("extension");
            WriteSimple(writer, "code", "valueCode", code);
            if (uri is not null) WriteSimple(writer, "uri", "valueUri", uri);
            writer.WriteEndArray();
            writer.WriteString("url", PropertyUrl);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteUnclosed(Utf8JsonWriter writer)
    {
        WriteFlag(writer, ConceptExtensions.Unclosed);
        foreach (var system in content.Open)
        {
            var based = system.Source.Grammar?.CommonValueSet is { } common ? $". This extension is based on {common}" : "";
            WriteSimple(writer, $"{ConceptExtensions.Unclosed}-reason", "valueString", TerminologyIssues.UnclosedReason(system) + based);
        }
    }

    private static void WriteFlag(Utf8JsonWriter writer, string url)
    {
        writer.WriteStartObject();
        writer.WriteString("url", url);
        writer.WriteBoolean("valueBoolean", true);
        writer.WriteEndObject();
    }

    private void Collect(IReadOnlyList<ExpansionNode> nodes, Dictionary<string, string?> used)
    {
        foreach (var node in nodes)
        {
            if (node.Children.Count == 0 && node.Part.Listed is null && !ShowsProperties(node.Part.System)) continue;
            foreach (var property in PropertiesOf(node.Part.System, node.Ordinal, node.Part.NoteOf(node.Ordinal)))
            {
                if (used.ContainsKey(property.Code)) continue;
                used.Add(property.Code, node.Part.System.Source.Properties.FirstOrDefault(each => each.Code == property.Code)?.Uri ?? ConceptExtensions.UriOf(property.Code));
            }

            Collect(node.Children, used);
        }
    }
}
