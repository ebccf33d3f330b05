using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Codes;

/// <summary>Answers from the value sets and code systems of R4 and of further definitions. Compiled on first use, shared by threads.</summary>
internal sealed class DefinitionCodes(R4Schema schema, Func<string, ResourceDocument?>? definitions)
{
    private const int MaxImportDepth = 20;

    /// <summary>Compiled systems and sets kept of each; beyond, all are forgotten and those in use compiled again.</summary>
    private const int MaxKept = 20_000;

    private readonly ConcurrentDictionary<string, CodeSystemContent> systems = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ValueSetContent> valueSets = new(StringComparer.Ordinal);

    /// <inheritdoc cref="CodeMembership"/>
    public CodeAnswer Ask(string? valueSet, string? system, string code)
    {
        if (valueSet is null) return AskSystem(system, code);
        if (ValueSet(valueSet, 0) is not { } set) return CodeAnswer.UnknownValueSet;
        return set.Contains(system, code) switch
        {
            true => CodeAnswer.Member,
            null => CodeAnswer.UnknownSystem,
            false => system is not null && AskSystem(system, code) is CodeAnswer.UnknownCode ? CodeAnswer.UnknownCode : CodeAnswer.NotMember,
        };
    }

    /// <summary>As <see cref="Ask"/>, of a ValueSet that is no definition of its own: a contained one.</summary>
    public CodeAnswer AskStated(Element valueSet, string? system, string code) => Compile(TerminologyReading.ValueSet(valueSet), 0).Contains(system, code) switch
    {
        true => CodeAnswer.Member,
        null => CodeAnswer.UnknownSystem,
        false => CodeAnswer.NotMember,
    };

    private CodeAnswer AskSystem(string? system, string code)
    {
        if (system is null || System(system) is not { } content) return CodeAnswer.UnknownSystem;
        return content.Contains(code) ? CodeAnswer.Member : content.IsComplete ? CodeAnswer.UnknownCode : CodeAnswer.UnknownSystem;
    }

    /// <summary>Null when the system or its content is not known.</summary>
    public CodeSystemContent? System(string url)
    {
        if (systems.TryGetValue(url, out var known)) return known;

        // The urls stand in what is validated: those of unknown systems must not fill the memory.
        if (FindSystem(url) is not { } found) return null;
        if (systems.Count >= MaxKept) systems.Clear();
        return systems.GetOrAdd(url, found);
    }

    private CodeSystemContent? FindSystem(string url)
    {
        if (CodeSyntax.Find(url) is { } syntax) return new CodeSystemContent(syntax);
        var plain = url.Split('|')[0];
        if (schema.CodeSystems.Find(plain) is { } known && known.Concepts.Count > 0) return new CodeSystemContent(known);
        return definitions?.Invoke(url) is { ResourceType: "CodeSystem" } document && TerminologyReading.CodeSystem(document.Root) is { } stated && (stated.Concepts.Count > 0 || stated.Content == "supplement" || stated.Supplements is not null)
            ? new CodeSystemContent(stated)
            : null;
    }

    internal ValueSetContent? ValueSet(string canonical, int depth)
    {
        if (valueSets.TryGetValue(canonical, out var known)) return known;
        if (depth > MaxImportDepth) return null;
        var definition = schema.ValueSets.Find(canonical.Split('|')[0])
            ?? (definitions?.Invoke(canonical) is { ResourceType: "ValueSet" } document ? TerminologyReading.ValueSet(document.Root) : null);
        if (definition is null) return null;
        if (valueSets.Count >= MaxKept) valueSets.Clear();
        return valueSets.GetOrAdd(canonical, Compile(definition, depth));
    }

    private ValueSetContent Compile(ValueSetDefinition definition, int depth) => new(
        [.. definition.Include.Select(clause => ClauseContent.Of(clause, this, depth))],
        [.. definition.Exclude.Select(clause => ClauseContent.Of(clause, this, depth))]);
}

/// <summary>The codes of one system.</summary>
internal sealed class CodeSystemContent
{
    private readonly Func<string, bool>? syntax;
    private readonly HashSet<string> codes;
    private Dictionary<string, string[]>? displays;

    /// <summary>A system whose codes are told by their form.</summary>
    public CodeSystemContent(Func<string, bool> syntax)
    {
        this.syntax = syntax;
        codes = [];
        IsComplete = true;
    }

    public CodeSystemContent(CodeSystemDefinition definition)
    {
        Definition = definition;
        codes = new(definition.Concepts.Select(concept => concept.Code), definition.CaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        IsComplete = definition.Content == "complete";
    }

    /// <summary>Null for a system whose codes are told by their form.</summary>
    public CodeSystemDefinition? Definition { get; }

    /// <summary>Whether a code that is not here does not exist.</summary>
    public bool IsComplete { get; }

    /// <summary>A supplement adds to another system and has no codes of its own. https://hl7.org/fhir/R4/codesystem.html#supplements</summary>
    public bool IsSupplement => Definition is { Content: "supplement" } or { Supplements: not null };

    /// <summary>What the system calls a code, in any language: its display first. Empty when it does not say, or the code is not known.</summary>
    public IReadOnlyList<string> Displays(string code) => (displays ??= ReadDisplays()).GetValueOrDefault(code, []);

    private Dictionary<string, string[]> ReadDisplays()
    {
        var read = new Dictionary<string, string[]>(codes.Comparer);
        foreach (var concept in Definition?.Concepts ?? [])
        {
            if (concept.Display is { } display) read.TryAdd(concept.Code, [display, .. concept.Designations.Select(each => each.Value)]);
        }

        return read;
    }

    public bool Contains(string code) => syntax is null ? codes.Contains(code) : syntax(code);
}
