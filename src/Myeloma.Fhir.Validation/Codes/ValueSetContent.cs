using Myeloma.Fhir.Model.Schema;

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
/// <param name="codes">The codes of the system; null: all of it, or not known.</param>
/// <param name="content">The system, where its whole is meant; null: not known.</param>
/// <param name="imports">Sets a code must be in besides; null in place of a set that is not known.</param>
internal sealed class ClauseContent(string? system, HashSet<string>? codes, CodeSystemContent? content, ValueSetContent?[] imports)
{
    public static ClauseContent Of(ValueSetClause clause, DefinitionCodes definitions, int depth)
    {
        ValueSetContent?[] imports = [.. clause.ValueSets.Select(canonical => definitions.ValueSet(canonical, depth + 1))];
        if (clause.System is null) return new ClauseContent(null, null, null, imports);

        var content = definitions.System(clause.System);
        var comparer = content?.Definition is { CaseSensitive: false } ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        if (clause.Concepts.Count > 0) return new ClauseContent(clause.System, new(clause.Concepts.Select(concept => concept.Code), comparer), content, imports);
        if (clause.Filters.Count == 0) return new ClauseContent(clause.System, null, content, imports);

        // A filter that can't be evaluated on what is known leaves the clause open.
        var filtered = content is { Definition: { } definition, IsComplete: true } ? ConceptFilter.Apply(definition, clause.Filters) : null;
        return new ClauseContent(clause.System, filtered is null ? null : new(filtered, comparer), null, imports);
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
        if (codes is not null) return codes.Contains(code);
        if (content is null) return null;
        return content.Contains(code) ? true : content.IsComplete ? false : null;
    }
}
