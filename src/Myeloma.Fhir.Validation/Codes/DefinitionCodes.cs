using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Validation.Codes;

/// <summary>Answers from the value sets and code systems of R4 and of further definitions. Compiled on first use, shared by threads.</summary>
internal sealed class DefinitionCodes(R4Schema schema, Func<string, ResourceDocument?>? definitions, Func<ResourceDocument, CompiledCodeSystem?>? concepts)
{
    private const int MaxImportDepth = 20;

    /// <summary>Compiled systems and sets kept of each; beyond, all are forgotten and those in use compiled again.</summary>
    private const int MaxKept = 20_000;

    /// <summary>What R4 defines, compiled once for all who ask.</summary>
    private readonly TerminologyCatalog published = new(schema);

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
    public CodeAnswer AskStated(Element valueSet, string? system, string code) => Compile(ValueSetSource.Of(valueSet), 0).Contains(system, code) switch
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
        if (published.FindCodeSystem(url.Split('|')[0], null) is { Count: > 0 } known) return new CodeSystemContent(known);
        return definitions?.Invoke(url) is { ResourceType: "CodeSystem" } document && (concepts?.Invoke(document) ?? CompiledCodeSystem.Of(document.Root)) is { } stated && (stated.Count > 0 || stated.IsSupplement || stated.Source.Supplements is not null)
            ? new CodeSystemContent(stated)
            : null;
    }

    internal ValueSetContent? ValueSet(string canonical, int depth)
    {
        if (valueSets.TryGetValue(canonical, out var known)) return known;
        if (depth > MaxImportDepth) return null;
        var definition = published.FindValueSet(canonical.Split('|')[0], null)
            ?? (definitions?.Invoke(canonical) is { ResourceType: "ValueSet" } document ? ValueSetSource.Of(document.Root) : null);
        if (definition is null) return null;
        if (valueSets.Count >= MaxKept) valueSets.Clear();
        return valueSets.GetOrAdd(canonical, Compile(definition, depth));
    }

    private ValueSetContent Compile(ValueSetSource definition, int depth) => new(
        [.. definition.Include.Select(clause => ClauseContent.Of(clause, this, depth))],
        [.. definition.Exclude.Select(clause => ClauseContent.Of(clause, this, depth))]);
}
