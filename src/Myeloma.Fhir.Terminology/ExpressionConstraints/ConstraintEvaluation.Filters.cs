using System.Diagnostics;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>The filters in double braces, as far as what they ask for is kept.</summary>
internal sealed partial class ConstraintEvaluation
{
    private ConceptSet Filtered(ConceptSet focus, ConstraintFilter filter)
    {
        Spend(focus.RunCount + 1);
        switch (filter)
        {
            case ConstraintFilter.Active(_, null):
                return focus;
            case ConstraintFilter.Active(var isEqual, var value):
                return value == isEqual ? focus.Except(system.Inactive) : focus.Intersect(system.Inactive);
            case ConstraintFilter.Tokens("definitionStatus", var isEqual, var statuses):
                return Kept(focus, WithStatus(statuses.Select(status => status switch
                {
                    "primitive" => false,
                    "defined" => true,
                    _ => throw NotSupported($"the definition status '{status}': primitive and defined are known"),
                })), isEqual);
            case ConstraintFilter.Concepts("definitionStatusId", var isEqual, var constraint):
                return Kept(focus, WithStatus(new[] { SnomedCt.Primitive, SnomedCt.Defined }.Where(Meant(constraint)).Select(id => id == SnomedCt.Defined)), isEqual);
            case ConstraintFilter.Concepts("moduleId", var isEqual, var constraint):
                var modules = system.Column(SnomedCt.ModuleId);
                return Kept(focus, Union(modules.Values.Where(Meant(constraint)).Select(module => modules[module])), isEqual);
            case ConstraintFilter.Time(var comparison, var times):
                return focus.Intersect(AtTimes(comparison, times));
            default:
                throw new UnreachableException();
        }
    }

    private static ConceptSet Kept(ConceptSet focus, ConceptSet meant, bool isEqual) => isEqual ? focus.Intersect(meant) : focus.Except(meant);

    private ConceptSet WithStatus(IEnumerable<bool> isDefined) => Union(isDefined.Distinct().Select(each => system.Column(SnomedCt.SufficientlyDefined)[each ? "true" : "false"]));

    /// <summary>Whether an identifier is among the concepts of an expression; those that are named need not be concepts here.</summary>
    private Func<string, bool> Meant(ExpressionConstraint constraint)
    {
        if (constraint is ExpressionConstraint.Any) return _ => true;
        HashSet<string> named = constraint switch
        {
            ExpressionConstraint.Concept(var id) => [id],
            ExpressionConstraint.Compound(ConstraintCombination.Or, var parts) => [.. parts.OfType<ExpressionConstraint.Concept>().Select(part => part.Id)],
            _ => [],
        };
        var set = Evaluate(constraint);
        return id => named.Contains(id) || (system.Find(id) is >= 0 and var ordinal && set.Contains(ordinal));
    }

    /// <summary>Concepts without a time are those of no date; equal to several is to any of them, different from several is from all.</summary>
    private ConceptSet AtTimes(ComparisonOperator comparison, IReadOnlyList<string> times)
    {
        var column = system.Column(SnomedCt.EffectiveTime);
        bool IsMet(string time) => comparison == ComparisonOperator.NotEqual
            ? times.All(each => each != time)
            : times.Any(each => Compares(comparison, string.CompareOrdinal(time, each)));
        var found = Union(column.Values.Where(value => IsMet(value.Replace("-", "", StringComparison.Ordinal))).Select(value => column[value]));
        return times.Contains("") == (comparison == ComparisonOperator.Equal) ? found.Union(system.All.Except(column.Any)) : found;
    }

    private ConceptSet Described(ConceptSet focus, IReadOnlyList<ConstraintFilter> filters)
    {
        var conditions = filters.Select(ConditionOf).ToList();
        if (filters.OfType<ConstraintFilter.Dialect>().Any() && !conditions.Exists(each => each.IsSynonymsOnly))
            throw NotSupported("dialects of other descriptions than synonyms: name the type, type = syn");
        var found = new List<int>();
        foreach (var ordinal in Candidates(focus, filters).From(0))
        {
            var descriptions = DescriptionsOf(ordinal);
            Spend(20 * descriptions.Count);
            if (descriptions.Exists(description => conditions.TrueForAll(condition => condition.IsMet(description)))) found.Add(ordinal);
        }

        return ConceptSet.OfMany(found.ToArray(), system.Count);
    }

    /// <summary>Of a search for words only those concepts have to be looked at that have them all in some name.</summary>
    private ConceptSet Candidates(ConceptSet focus, IReadOnlyList<ConstraintFilter> filters)
    {
        foreach (var terms in filters.OfType<ConstraintFilter.Terms>())
        {
            if (!terms.IsEqual || terms.Values.Any(term => term.IsWild)) continue;
            var named = terms.Values.Aggregate(ConceptSet.Empty, (all, term) => all.Union(system.Index.Find(term.Text) ?? ConceptSet.Empty));

            // Definitions are in no index.
            focus = focus.Intersect(named.Union(ConceptSet.Where(system.Count, ordinal => system.Definition(ordinal) is not null)));
        }

        Spend(focus.Count);
        return focus;
    }

    private List<Description> DescriptionsOf(int ordinal)
    {
        var (descriptions, isShown) = (new List<Description>(), false);
        var display = system.Display(ordinal);
        foreach (var designation in system.Designations(ordinal))
        {
            isShown |= designation.Value == display;
            var (type, dialect) = designation.Use switch
            {
                { Code: SnomedCt.FullySpecifiedName } => (SnomedCt.FullySpecifiedName, null),
                { Code: "preferredForLanguage" } => (SnomedCt.Synonym, DialectOf(designation.Language)),
                _ => (SnomedCt.Synonym, null),
            };
            descriptions.Add(new Description(designation.Value, type, designation.Language?.Split('-')[0], dialect));
        }

        if (!isShown && display is not null) descriptions.Add(new Description(display, SnomedCt.Synonym, system.Source.Language?.Split('-')[0], null));
        if (system.Definition(ordinal) is { } definition) descriptions.Add(new Description(definition, SnomedCt.TextDefinition, null, null));
        return descriptions;
    }

    /// <summary>The language reference set that a tag like <c>en-x-sctlang-90000000-00005090-07</c> names.</summary>
    private static string? DialectOf(string? language)
    {
        const string Mark = "-x-sctlang-";
        return language?.IndexOf(Mark, StringComparison.Ordinal) is >= 0 and var at ? language[(at + Mark.Length)..].Replace("-", "", StringComparison.Ordinal) : null;
    }

    private DescriptionCondition ConditionOf(ConstraintFilter filter)
    {
        switch (filter)
        {
            case ConstraintFilter.Terms(_, var isEqual, var terms):
                List<TermMatch> matches = [.. terms.Select(TermMatch.Of)];
                return new(description => matches.Exists(match => match.IsMatch(description.Term)) == isEqual);
            case ConstraintFilter.Tokens("language", var isEqual, var languages):
                return new(description => description.Language is { } language && languages.Contains(language.ToLowerInvariant()) == isEqual);
            case ConstraintFilter.Tokens("type", var isEqual, var types):
                HashSet<string> meant = [.. types.Select(type => type switch
                {
                    "syn" or "synonym" => SnomedCt.Synonym,
                    "fsn" or "fullyspecifiedname" => SnomedCt.FullySpecifiedName,
                    "def" or "definition" => SnomedCt.TextDefinition,
                    _ => throw NotSupported($"the type '{type}' of descriptions: syn, fsn and def are known"),
                })];
                return new(description => meant.Contains(description.Type) == isEqual) { IsSynonymsOnly = isEqual && meant.SetEquals([SnomedCt.Synonym]) };
            case ConstraintFilter.Concepts("typeId", var isEqual, var constraint):
                var isMeant = Meant(constraint);
                return new(description => isMeant(description.Type) == isEqual) { IsSynonymsOnly = isEqual && constraint is ExpressionConstraint.Concept(SnomedCt.Synonym) };
            case ConstraintFilter.Dialect(var isEqual, var dialects):
                HashSet<string> sets = [.. dialects.Select(DialectId)];
                if (!isEqual) throw NotSupported("dialects that a description is not of: only what is preferred is kept");
                return new(description => description.Dialect is { } dialect && sets.Contains(dialect));
            case ConstraintFilter.Active(var isEqual, var value):
                if (value != isEqual) throw NotSupported("inactive descriptions: they are not kept");
                return new(_ => true);
            default:
                throw new UnreachableException();
        }
    }

    private string DialectId((string Name, IReadOnlyList<string> Acceptabilities) dialect)
    {
        if (dialect.Acceptabilities is not (["prefer"] or ["preferred"] or ["900000000000548007"])) throw NotSupported("acceptabilities of descriptions other than preferred: name it, dialect = en-us (prefer)");
        return char.IsAsciiDigit(dialect.Name[0]) ? dialect.Name
            : SnomedCt.Dialects.TryGetValue(dialect.Name, out var id) ? id
            : throw NotSupported($"the dialect '{dialect.Name}': {string.Join(", ", SnomedCt.Dialects.Keys)} are known, others by the id of their reference set (dialectId)");
    }

    /// <summary>Of members the component and, in associations, the target are kept.</summary>
    private ConceptSet MembersByField(ExpressionConstraint.MemberOf members, List<string> sets)
    {
        var field = members.Fields switch
        {
            null or ["referencedComponentId"] => "referencedComponentId",
            ["targetComponentId"] => "targetComponentId",
            _ => throw NotSupported($"the fields {string.Join(", ", members.Fields)} of members: referencedComponentId or targetComponentId alone can be told"),
        };
        var (components, targets) = (ConceptsFor("referencedComponentId"), ConceptsFor("targetComponentId"));
        foreach (var filter in members.Filters)
        {
            if (filter is ConstraintFilter.Active active && active.Value == active.IsEqual) continue;
            if (filter is not ConstraintFilter.Concepts { Name: "referencedComponentId" or "targetComponentId" }) throw NotSupported("this filter of members: referencedComponentId and targetComponentId of those that are active are kept");
        }

        if (field == "referencedComponentId" && targets is null) return Union(sets.Select(set => Memberships[set])) is var all && components is not null ? all.Intersect(components) : all;
        var found = new List<int>();
        foreach (var column in sets.Select(system.Column))
        {
            Spend(column.Any.Count + 1);
            foreach (var value in column.Values)
            {
                if (system.Find(value) is not (>= 0 and var target) || (targets is not null && !targets.Contains(target))) continue;
                var rows = components is null ? column[value] : column[value].Intersect(components);
                if (field == "targetComponentId" && !rows.IsEmpty) found.Add(target);
                else if (field == "referencedComponentId") found.AddRange(rows.From(0));
            }
        }

        return ConceptSet.OfMany(found.ToArray(), system.Count);

        ConceptSet? ConceptsFor(string name)
        {
            ConceptSet? all = null;
            foreach (var filter in members.Filters.OfType<ConstraintFilter.Concepts>())
                if (filter.Name == name) all = Kept(all ?? system.All, Evaluate(filter.Constraint), filter.IsEqual);
            return all;
        }
    }

    /// <param name="Dialect">The language reference set in which it is preferred; null for the description itself.</param>
    private sealed record Description(string Term, string Type, string? Language, string? Dialect);

    private sealed record DescriptionCondition(Func<Description, bool> IsMet)
    {
        /// <summary>Whether nothing but synonyms meets it.</summary>
        public bool IsSynonymsOnly { get; init; }
    }
}
