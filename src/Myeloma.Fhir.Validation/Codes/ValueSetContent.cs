using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Validation.Codes;

/// <summary>A value set as sets of codes. https://hl7.org/fhir/R4/valueset.html#compositions</summary>
internal sealed class ValueSetContent(ClauseContent[] include, ClauseContent[] exclude)
{
    /// <returns>Null when it can't be known.</returns>
    public bool? Contains(string? system, string code)
    {
        var included = Any(include, system, code);
        if (included == false) return false;
        return Any(exclude, system, code) switch
        {
            true => false,
            false => included,
            null => null,
        };
    }

    private static bool? Any(ClauseContent[] clauses, string? system, string code)
    {
        bool? result = false;
        foreach (var clause in clauses)
        {
            switch (clause.Contains(system, code))
            {
                case true: return true;
                case null: result = null; break;
            }
        }

        return result;
    }
}

/// <summary>One include or exclude.</summary>
/// <param name="system">Null: the imported sets alone.</param>
/// <param name="isOne">Whether a code of the system is one; null: all of it, or not known.</param>
/// <param name="content">The system, where its whole is meant; null: not known.</param>
/// <param name="imports">Sets a code must be in besides; null in place of a set that is not known.</param>
internal sealed class ClauseContent(string? system, Func<string, bool>? isOne, CodeSystemContent? content, ValueSetContent?[] imports)
{
    public static ClauseContent Of(ComposeClause clause, DefinitionCodes definitions, int depth)
    {
        ValueSetContent?[] imports = [.. clause.ValueSets.Select(canonical => definitions.ValueSet(canonical, depth + 1))];
        if (clause.System is null) return new ClauseContent(null, null, null, imports);

        var content = definitions.System(clause.System);
        if (clause.Concepts.Count > 0) return new ClauseContent(clause.System, Listed(clause, content?.Compiled).Contains, content, imports);
        if (clause.Filters.Count == 0) return new ClauseContent(clause.System, null, content, imports);

        // A filter that can't be evaluated on what is known leaves the clause open.
        return new ClauseContent(clause.System, content is { Compiled: { } compiled, IsComplete: true } ? Filtered(clause, compiled) : null, null, imports);
    }

    private static HashSet<string> Listed(ComposeClause clause, CompiledCodeSystem? system) =>
        new(clause.Concepts.Select(concept => concept.Code), system is { IsCaseSensitive: false } ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    private static Func<string, bool>? Filtered(ComposeClause clause, CompiledCodeSystem system)
    {
        try
        {
            var set = clause.Select(system);
            return code => system.Find(code) is >= 0 and var ordinal && set.Contains(ordinal);
        }
        catch (FhirException)
        {
            return null;
        }
    }

    /// <returns>Null when it can't be known.</returns>
    public bool? Contains(string? askedSystem, string code)
    {
        bool? result = system is null ? imports.Length > 0 : OfSystem(askedSystem, code);
        foreach (var import in imports)
        {
            if (result == false) return false;
            var member = import is null ? null : import.Contains(askedSystem, code);
            if (member != true) result = member;
        }

        return result;
    }

    private bool? OfSystem(string? askedSystem, string code)
    {
        if (askedSystem is not null && askedSystem != system) return false;
        if (isOne is not null) return isOne(code);
        if (content is null) return null;
        return content.Contains(code) ? true : content.IsComplete ? false : null;
    }
}
