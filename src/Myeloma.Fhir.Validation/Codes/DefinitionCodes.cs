using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Codes;

/// <summary>Answers from the value sets and code systems of R4 and of further definitions. Compiled on first use, shared by threads.</summary>
internal sealed class DefinitionCodes(R4Schema schema, Func<string, ResourceDocument?>? definitions)
{
    private const int MaxImportDepth = 20;
    private readonly ConcurrentDictionary<string, CodeSystemContent?> systems = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ValueSetContent?> valueSets = new(StringComparer.Ordinal);

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

    private CodeAnswer AskSystem(string? system, string code)
    {
        if (system is null || System(system) is not { } content) return CodeAnswer.UnknownSystem;
        return content.Contains(code) ? CodeAnswer.Member : content.IsComplete ? CodeAnswer.UnknownCode : CodeAnswer.UnknownSystem;
    }

    /// <summary>Null when the system or its content is not known.</summary>
    public CodeSystemContent? System(string url) => systems.GetOrAdd(url, FindSystem);

    private CodeSystemContent? FindSystem(string url)
    {
        if (CodeSyntax.Find(url) is { } syntax) return new CodeSystemContent(syntax);
        var plain = url.Split('|')[0];
        if (schema.CodeSystems.Find(plain) is { } known && known.Concepts.Count > 0) return new CodeSystemContent(known);
        return definitions?.Invoke(url) is { ResourceType: "CodeSystem" } document && TerminologyReading.CodeSystem(document.Root) is { } stated && stated.Concepts.Count > 0
            ? new CodeSystemContent(stated)
            : null;
    }

    internal ValueSetContent? ValueSet(string canonical, int depth)
    {
        if (valueSets.TryGetValue(canonical, out var known)) return known;
        if (depth > MaxImportDepth) return null;
        var definition = schema.ValueSets.Find(canonical.Split('|')[0])
            ?? (definitions?.Invoke(canonical) is { ResourceType: "ValueSet" } document ? TerminologyReading.ValueSet(document.Root) : null);
        var compiled = definition is null ? null : new ValueSetContent(
            [.. definition.Include.Select(clause => ClauseContent.Of(clause, this, depth))],
            [.. definition.Exclude.Select(clause => ClauseContent.Of(clause, this, depth))]);
        return valueSets.GetOrAdd(canonical, compiled);
    }
}

/// <summary>The codes of one system.</summary>
internal sealed class CodeSystemContent
{
    private readonly Func<string, bool>? syntax;
    private readonly HashSet<string> codes;

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

    public bool Contains(string code) => syntax is null ? codes.Contains(code) : syntax(code);
}
