using System.Diagnostics;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>One expression constraint as set algebra over a system: concepts active or not, relationships and members that are active.</summary>
internal sealed partial class ConstraintEvaluation(CompiledCodeSystem system, TerminologyLimits limits, string? expression)
{
    private long work;

    /// <returns>The concepts that it selects; an identifier that the system does not have selects none.</returns>
    /// <exception cref="FhirException"><c>not-supported</c>: it asks for what is not kept; <c>too-costly</c>: more to look at than the limit.</exception>
    public ConceptSet Evaluate(ExpressionConstraint constraint)
    {
        Spend(1);
        return constraint switch
        {
            ExpressionConstraint.Concept(var id) => system.Find(id) is >= 0 and var ordinal ? ConceptSet.Of(ordinal) : ConceptSet.Empty,
            ExpressionConstraint.Any => system.All,
            ExpressionConstraint.Compound(var combination, var parts) => Combined(combination, parts),
            ExpressionConstraint.Related(var related, var focus) => Related(related, Evaluate(focus)),
            ExpressionConstraint.Refined(var focus, var refinement) => Refined(Evaluate(focus), refinement),
            ExpressionConstraint.Dotted(var focus, var attributes) => attributes.Aggregate(Evaluate(focus), ValuesOf),
            ExpressionConstraint.MemberOf members => Members(members),
            ExpressionConstraint.ContainingAny(var concepts) => Containing(Evaluate(concepts)),
            ExpressionConstraint.Filtered(var focus, var filters) => filters.Aggregate(Evaluate(focus), Filtered),
            ExpressionConstraint.Described(var focus, var filters) => Described(Evaluate(focus), filters),
            ExpressionConstraint.Supplemented(var focus, var profile, var associations) => Supplemented(Evaluate(focus), profile, associations),
            _ => throw new UnreachableException(),
        };
    }

    private ConceptSet Combined(ConstraintCombination combination, IReadOnlyList<ExpressionConstraint> parts)
    {
        var set = Evaluate(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            var other = Evaluate(part);
            Spend(set.RunCount + other.RunCount);
            set = combination switch
            {
                ConstraintCombination.And => set.Intersect(other),
                ConstraintCombination.Or => set.Union(other),
                _ => set.Except(other),
            };
        }

        return set;
    }

    private ConceptSet Related(HierarchyOperator related, ConceptSet focus) => related switch
    {
        HierarchyOperator.DescendantOf => Descendants(focus),
        HierarchyOperator.DescendantOrSelfOf => focus.Count == 1 ? system.Hierarchy.SelfAndDescendants(focus.From(0).First()) : focus.Union(Descendants(focus)),
        HierarchyOperator.ChildOf => Next(focus, isDown: true),
        HierarchyOperator.ChildOrSelfOf => focus.Union(Next(focus, isDown: true)),
        HierarchyOperator.AncestorOf => Reach(focus, isDown: false),
        HierarchyOperator.AncestorOrSelfOf => focus.Union(Reach(focus, isDown: false)),
        HierarchyOperator.ParentOf => Next(focus, isDown: false),
        HierarchyOperator.ParentOrSelfOf => focus.Union(Next(focus, isDown: false)),
        HierarchyOperator.Top => focus.Except(Descendants(focus)),
        _ => focus.Except(Reach(focus, isDown: false)),
    };

    private ConceptSet Descendants(ConceptSet focus) =>
        focus.Count == 1 && focus.From(0).First() is var only ? system.Hierarchy.SelfAndDescendants(only).Except(focus) : Reach(focus, isDown: true);

    /// <summary>One step up or down from each.</summary>
    private ConceptSet Next(ConceptSet focus, bool isDown)
    {
        var found = new List<int>();
        foreach (var ordinal in focus.From(0)) found.AddRange(isDown ? system.Hierarchy.Children(ordinal) : system.Hierarchy.Parents(ordinal));
        Spend(focus.Count + found.Count);
        return ConceptSet.OfMany(found.ToArray(), system.Count);
    }

    /// <summary>All that steps lead to from any of them.</summary>
    private ConceptSet Reach(ConceptSet focus, bool isDown)
    {
        var (seen, open) = (new bool[system.Count], new Stack<int>(focus.From(0)));
        Spend(system.Count / 8);
        while (open.TryPop(out var at))
        {
            var next = isDown ? system.Hierarchy.Children(at) : system.Hierarchy.Parents(at);
            Spend(1 + next.Length);
            foreach (var each in next)
            {
                if (seen[each]) continue;
                seen[each] = true;
                open.Push(each);
            }
        }

        return ConceptSet.Where(system.Count, ordinal => seen[ordinal]);
    }

    private ConceptSet Members(ExpressionConstraint.MemberOf members)
    {
        var sets = ReferenceSets(members.ReferenceSets);
        if (members.Fields is [not "referencedComponentId"] or { Count: > 1 } || members.Filters.Count > 0) return MembersByField(members, sets);
        return Union(sets.Select(set => Memberships[set]));
    }

    /// <summary>The reference sets in use that an expression means; one that is named need not be a concept here.</summary>
    private List<string> ReferenceSets(ExpressionConstraint constraint) =>
        constraint is ExpressionConstraint.Concept(var id) ? [id] : [.. Memberships.Values.Where(Meant(constraint))];

    private ConceptSet Containing(ConceptSet concepts) =>
        ConceptSet.Of(Memberships.Values.Where(set => !Memberships[set].Intersect(concepts).IsEmpty).Select(system.Find).Where(ordinal => ordinal >= 0));

    /// <summary>Which concepts are members of which reference sets.</summary>
    private PropertyColumn Memberships => system.Column(SnomedCt.MemberOf) is { Any.IsEmpty: false } known ? known
        : throw NotSupported($"members of reference sets: {system.Canonical} was brought here without any");

    private ConceptSet Supplemented(ConceptSet focus, HistoryProfile profile, ExpressionConstraint? associations)
    {
        // Names of reference sets are asked for only where there are any.
        _ = Memberships;
        var sets = associations is not null ? ReferenceSets(associations)
            : profile == HistoryProfile.Maximum ? [.. SnomedCt.Associations(profile).Concat(ReferenceSets(new ExpressionConstraint.Related(HierarchyOperator.DescendantOf, new ExpressionConstraint.Concept(SnomedCt.HistoricalAssociation)))).Distinct()]
            : SnomedCt.Associations(profile);
        return focus.Union(Union(sets.Select(set => Associated(system.Column(set), focus))));
    }

    /// <summary>The concepts of which a reference set tells that one of these stands for them.</summary>
    private ConceptSet Associated(PropertyColumn association, ConceptSet targets)
    {
        Spend(association.Any.Count);
        return Union(association.Values.Where(target => system.Find(target) is >= 0 and var ordinal && targets.Contains(ordinal)).Select(target => association[target]));
    }

    private ConceptSet Union(IEnumerable<ConceptSet> sets)
    {
        var all = new List<int>();
        foreach (var set in sets)
        {
            Spend(set.Count + 1);
            all.AddRange(set.From(0));
        }

        return ConceptSet.OfMany(all.ToArray(), system.Count);
    }

    /// <summary>Keeps count of what was looked at: concepts, rows, runs.</summary>
    private void Spend(long items)
    {
        if ((work += items) > limits.MaxConstraintWork) throw TerminologyIssues.ConstraintTooCostly(limits.MaxConstraintWork, expression);
    }

    private FhirException NotSupported(string what) => TerminologyIssues.ConstraintNotSupported(what, expression);
}
