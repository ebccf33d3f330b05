using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Terminology.ConceptMaps;

/// <summary>One version of a concept map, found by source and by target code. Immutable, shared by threads. https://hl7.org/fhir/R4/conceptmap.html</summary>
internal sealed class CompiledConceptMap
{
    private readonly Dictionary<(string System, string Code), List<Mapping>> bySource = [];
    private readonly Dictionary<(string System, string Code), List<Mapping>> byTarget = [];

    public CompiledConceptMap(Element resource)
    {
        Url = resource.TextOf("url");
        Version = resource.TextOf("version");
        (Source, Target) = (resource.TextOf("source"), resource.TextOf("target"));
        var groups = new List<MappingGroup>();
        foreach (var group in resource.Children("group"))
        {
            var read = new MappingGroup(
                group.TextOf("source") ?? "", group.TextOf("target") ?? "", group.TextOf("targetVersion"),
                group.Child("unmapped") is { } unmapped ? new Unmapped(unmapped.TextOf("mode") ?? "", unmapped.TextOf("code"), unmapped.TextOf("display"), unmapped.TextOf("url")) : null);
            groups.Add(read);
            foreach (var element in group.Children("element")) Read(element, read);
        }

        Groups = groups;
    }

    public string? Url { get; }
    public string? Version { get; }

    /// <summary>Canonical of the value set whose codes it maps; null when it does not say.</summary>
    public string? Source { get; }

    /// <summary>Canonical of the value set it maps to; null when it does not say.</summary>
    public string? Target { get; }

    /// <summary><c>url|version</c>, or the url alone; null when it has none.</summary>
    public string? Canonical => Version is null ? Url : $"{Url}|{Version}";

    public IReadOnlyList<MappingGroup> Groups { get; }

    /// <summary>What a source code is mapped to, in the order of the map; empty when the map does not name it.</summary>
    public IReadOnlyList<Mapping> FromSource(string system, string code) => bySource.TryGetValue((system, code), out var found) ? found : [];

    /// <summary>The mappings that lead to a target code.</summary>
    public IReadOnlyList<Mapping> FromTarget(string system, string code) => byTarget.TryGetValue((system, code), out var found) ? found : [];

    private void Read(Element element, MappingGroup group)
    {
        if (element.TextOf("code") is not { } code) return;
        foreach (var target in element.Children("target"))
        {
            var mapping = new Mapping(
                group, code, element.TextOf("display"), target.TextOf("code"), target.TextOf("display"), target.TextOf("equivalence") ?? "relatedto", target.TextOf("comment"),
                Further(target, "dependsOn"), Further(target, "product"));
            Add(bySource, (group.Source, code), mapping);
            if (mapping.TargetCode is { } mapped) Add(byTarget, (group.Target, mapped), mapping);
        }
    }

    private static List<MappingElement> Further(Element target, string name) =>
    [
        .. target.Children(name).ToList().Select(each => new MappingElement(each.TextOf("property") ?? "", each.TextOf("system"), each.TextOf("value") ?? "", each.TextOf("display"))),
    ];

    private static void Add(Dictionary<(string, string), List<Mapping>> index, (string, string) key, Mapping mapping)
    {
        if (!index.TryGetValue(key, out var list)) index.Add(key, list = []);
        list.Add(mapping);
    }
}

/// <summary>A group of mappings from one system to another.</summary>
/// <param name="Source">Empty when it is not stated.</param>
/// <param name="Target">Empty when it is not stated.</param>
internal sealed record MappingGroup(string Source, string Target, string? TargetVersion, Unmapped? Unmapped);

/// <param name="Mode"><c>provided</c>, <c>fixed</c> or <c>other-map</c>.</param>
internal sealed record Unmapped(string Mode, string? Code, string? Display, string? Url);

/// <param name="TargetCode">Null where the source has no target: <c>unmatched</c>.</param>
/// <param name="Equivalence">Of the target to the source, as R4 has it.</param>
internal sealed record Mapping(
    MappingGroup Group, string SourceCode, string? SourceDisplay, string? TargetCode, string? TargetDisplay, string Equivalence, string? Comment,
    IReadOnlyList<MappingElement> DependsOn, IReadOnlyList<MappingElement> Products);

/// <summary>A further element that a mapping needs or gives.</summary>
internal sealed record MappingElement(string Property, string? System, string Value, string? Display);
