using System.Runtime.CompilerServices;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;

namespace Myeloma.Fhir.Terminology.Prepared;

/// <summary><c>$lookup</c> of any code of one system, with what is the same for all codes ready as JSON. It writes every answer of the operation.</summary>
internal sealed class PreparedLookup : PreparedQuestion
{
    private const string Preferred = "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra";

    private static readonly ConditionalWeakTable<DesignationColumn, byte[][]> NameParts = [];
    private static readonly ConditionalWeakTable<CompiledCodeSystem, PreparedLookup> Plain = [];

    private readonly CompiledCodeSystem system;
    private readonly HashSet<string> properties;
    private readonly DisplayLanguages languages;
    private readonly IReadOnlyList<CompiledCodeSystem> supplements;
    private readonly byte[] head;
    private readonly byte[] afterCode;
    private readonly byte[] afterAbstract;
    private readonly byte[]? ownDisplay;
    private readonly byte[][] names;
    private readonly Property[] kinds;
    private readonly bool tellsDefinition, tellsDesignations, tellsInactive, tellsParents, tellsChildren, tellsProperties;

    private PreparedLookup(CompiledCodeSystem system, HashSet<string> properties, DisplayLanguages languages, IReadOnlyList<CompiledCodeSystem> supplements)
    {
        (this.system, this.properties, this.languages, this.supplements) = (system, properties, languages, supplements);
        var source = system.Source;
        bool IsAsked(string name) => properties.Contains("*") || properties.Contains(name);
        (tellsDefinition, tellsDesignations) = (properties.Count == 0 || IsAsked("definition"), properties.Count == 0 || IsAsked("designation"));
        (tellsInactive, tellsParents, tellsChildren, tellsProperties) = (properties.Count == 0 || IsAsked("inactive"), IsAsked("parent"), IsAsked("child"), properties.Count > 0);
        head = JsonBuffer.Part(part =>
        {
            part.Raw("{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"name\",\"valueString\":"u8);
            part.String(source.Name ?? source.Title ?? system.Url);
            part.Raw("}"u8);
            if (system.Version is { } version)
            {
                part.Raw(",{\"name\":\"version\",\"valueString\":"u8);
                part.String(version);
                part.Raw("}"u8);
            }

            part.Raw(",{\"name\":\"code\",\"valueCode\":\""u8);
        });
        afterCode = JsonBuffer.Part(part =>
        {
            part.Raw("\"},{\"name\":\"system\",\"valueUri\":"u8);
            part.String(system.Url);
            part.Raw("}"u8);
        });
        afterAbstract = JsonBuffer.Part(part =>
        {
            foreach (var supplement in system.Supplements)
            {
                part.Raw(",{\"name\":\"used-supplement\",\"valueCanonical\":"u8);
                part.String(supplement.Canonical);
                part.Raw("}"u8);
            }
        });
        if (source.Language is { } language) ownDisplay = NamePart(language, new ConceptUse(Preferred, "preferredForLanguage", "Preferred For Language"));
        names = NameParts.GetValue(system.Form.DesignationRows, static rows => rows.ForKinds(NamePart));
        kinds = tellsProperties ? system.Form.PropertyRows.ForKinds(KindPart) : [];
    }

    /// <param name="properties">What is asked for; none: what comes without asking.</param>
    /// <param name="supplements">Those that the request names.</param>
    public static PreparedLookup Of(CompiledCodeSystem system, HashSet<string> properties, DisplayLanguages languages, IReadOnlyList<CompiledCodeSystem> supplements) =>
        properties.Count == 0 && languages.IsEmpty && supplements.Count == 0
            ? Plain.GetValue(system, static each => new PreparedLookup(each, [], DisplayLanguages.None, []))
            : new PreparedLookup(system, properties, languages, supplements);

    public override bool TryAnswer(ReadOnlySpan<char> code, ReadOnlySpan<char> other, JsonBuffer output)
    {
        if (system.Find(code) is not (>= 0 and var ordinal)) return false;
        Write(output, ordinal);
        return true;
    }

    /// <summary>The answer for a concept.</summary>
    public void Write(JsonBuffer output, int ordinal)
    {
        var form = system.Form;
        output.Raw(head);
        output.Text(form.Texts.Bytes(ordinal));
        output.Raw(afterCode);
        WriteDisplay(output, ordinal);
        if (tellsDefinition && system.Definition(ordinal) is { } definition) Parameter(output, "definition", "valueString", definition);
        output.Raw(system.IsAbstract(ordinal) ? ",{\"name\":\"abstract\",\"valueBoolean\":true}"u8 : ",{\"name\":\"abstract\",\"valueBoolean\":false}"u8);
        output.Raw(afterAbstract);
        if (tellsDesignations) WriteDesignations(output, ordinal);
        if (tellsInactive) WriteInactive(output, ordinal);
        if (tellsParents) foreach (var parent in system.Hierarchy.Parents(ordinal)) WriteRelative(output, "parent", parent);
        if (tellsChildren) foreach (var child in system.Hierarchy.Children(ordinal)) WriteRelative(output, "child", child);
        if (tellsProperties) WriteProperties(output, ordinal);
        output.Raw("]}"u8);
    }

    private void WriteDisplay(JsonBuffer output, int ordinal)
    {
        if (languages.IsEmpty && system.Form.DisplayText(ordinal) is >= 0 and var text)
        {
            output.Raw(",{\"name\":\"display\",\"valueString\":\""u8);
            output.Text(system.Form.Texts.Bytes(text));
            output.Raw("\"}"u8);
        }
        else if ((languages.Choose(system, ordinal).Text ?? system.Display(ordinal)) is { } display)
        {
            Parameter(output, "display", "valueString", display);
        }
    }

    private void WriteDesignations(JsonBuffer output, int ordinal)
    {
        if (ownDisplay is not null && system.Display(ordinal) is { } display)
        {
            output.Raw(ownDisplay);
            output.Text(display);
            output.Raw("\"}]}"u8);
        }

        if (supplements.Count > 0 || system.Supplements.Count > 0)
        {
            foreach (var designation in system.Designations(ordinal)) WriteDesignation(output, designation, SourceOf(system.Code(ordinal), designation));
            return;
        }

        var rows = system.Form.DesignationRows;
        var (from, to) = rows.Rows(ordinal);
        for (var row = from; row < to; row++)
        {
            output.Raw(names[rows.KindOf(row)]);
            output.Text(rows.Text(row));
            output.Raw("\"}]}"u8);
        }
    }

    /// <summary>The supplement that gives a concept the name; null when the system itself does.</summary>
    private string? SourceOf(string code, Designation designation) =>
        supplements.FirstOrDefault(each => each.Find(code) is >= 0 and var at && each.Designations(at).Contains(designation))?.Canonical;

    private static void WriteDesignation(JsonBuffer output, Designation designation, string? source)
    {
        output.Raw(NamePart(designation.Language, designation.Use));
        output.Text(designation.Value);
        output.Raw("\"}"u8);
        if (source is not null) Parameter(output, "source", "valueCanonical", source);
        output.Raw("]}"u8);
    }

    private void WriteInactive(JsonBuffer output, int ordinal) => output.Raw(system.IsInactive(ordinal)
        ? ",{\"name\":\"property\",\"part\":[{\"name\":\"code\",\"valueCode\":\"inactive\"},{\"name\":\"value\",\"valueBoolean\":true}]}"u8
        : ",{\"name\":\"property\",\"part\":[{\"name\":\"code\",\"valueCode\":\"inactive\"},{\"name\":\"value\",\"valueBoolean\":false}]}"u8);

    private void WriteRelative(JsonBuffer output, string name, int ordinal)
    {
        output.Raw(",{\"name\":\"property\",\"part\":[{\"name\":\"code\",\"valueCode\":"u8);
        output.String(name);
        output.Raw("},{\"name\":\"value\",\"valueCode\":\""u8);
        output.Text(system.Form.Texts.Bytes(ordinal));
        output.Raw("\"}"u8);
        if (system.Display(ordinal) is { } display) Parameter(output, "description", "valueString", display);
        output.Raw("]}"u8);
    }

    private void WriteProperties(JsonBuffer output, int ordinal)
    {
        var rows = system.Form.PropertyRows;
        var (from, to) = rows.Rows(ordinal);
        for (var row = from; row < to; row++)
            if (kinds[rows.KindOf(row)] is { IsTold: true } kind) WriteProperty(output, kind, rows.Text(row), kind.IsCoding ? rows.DisplayOf(row) : null);
        if (system.Supplements.Count == 0) return;
        foreach (var property in system.Properties(ordinal)[(to - from)..])
            if (KindPart(property.Code, property.Kind, property.System) is { IsTold: true } kind) WriteProperty(output, kind, System.Text.Encoding.UTF8.GetBytes(property.Value), property.Display);
    }

    private static void WriteProperty(JsonBuffer output, Property kind, ReadOnlySpan<byte> value, string? display)
    {
        output.Raw(kind.Head);
        output.Value(kind.IsBare, value);
        if (kind.IsCoding && display is not null)
        {
            output.Raw(",\"display\":"u8);
            output.String(display);
        }

        output.Raw(kind.IsCoding ? "}}]}"u8 : "}]}"u8);
    }

    /// <summary>A designation up to its text, which is still open.</summary>
    private static byte[] NamePart(string? language, ConceptUse? use) => JsonBuffer.Part(part =>
    {
        part.Raw(",{\"name\":\"designation\",\"part\":["u8);
        if (language is not null)
        {
            part.Raw("{\"name\":\"language\",\"valueCode\":"u8);
            part.String(language);
            part.Raw("},"u8);
        }

        if (use is not null)
        {
            part.Raw("{\"name\":\"use\",\"valueCoding\":{"u8);
            Members(part, ("system", use.System), ("code", use.Code), ("display", use.Display ?? use.Code));
            part.Raw("}},"u8);
        }

        part.Raw("{\"name\":\"value\",\"valueString\":\""u8);
    });

    /// <summary>A property up to its value. Relations are told from the hierarchy, whichever way they were stated.</summary>
    private Property KindPart(string code, string type, string? codingSystem)
    {
        var isTold = (properties.Contains("*") || properties.Contains(code)) && code is not ("parent" or "child" or "inactive");
        var isCoding = type == "Coding";
        return new Property(isTold, isCoding, JsonBuffer.IsBare(type), JsonBuffer.Part(part =>
        {
            part.Raw(",{\"name\":\"property\",\"part\":[{\"name\":\"code\",\"valueCode\":"u8);
            part.String(code);
            part.Raw("},{\"name\":\"value\","u8);
            part.String("value" + char.ToUpperInvariant(type[0]) + type[1..]);
            part.Raw(":"u8);
            if (!isCoding) return;
            part.Raw("{"u8);
            if (codingSystem is not null)
            {
                Members(part, ("system", codingSystem));
                part.Raw(","u8);
            }

            part.Raw("\"code\":"u8);
        }));
    }

    private static void Members(JsonBuffer part, params ReadOnlySpan<(string Name, string? Value)> members)
    {
        var isFirst = true;
        foreach (var (name, value) in members)
        {
            if (value is null) continue;
            if (!isFirst) part.Raw(","u8);
            isFirst = false;
            part.String(name);
            part.Raw(":"u8);
            part.String(value);
        }
    }

    private static void Parameter(JsonBuffer output, string name, string type, string value)
    {
        output.Raw(",{\"name\":"u8);
        output.String(name);
        output.Raw(","u8);
        output.String(type);
        output.Raw(":"u8);
        output.String(value);
        output.Raw("}"u8);
    }

    /// <param name="Head">The property up to its value.</param>
    private sealed record Property(bool IsTold, bool IsCoding, bool IsBare, byte[] Head);
}
