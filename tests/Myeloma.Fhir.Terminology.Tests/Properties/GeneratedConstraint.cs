using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ExpressionConstraints;

namespace Myeloma.Fhir.Terminology.Tests.Properties;

/// <summary>A relationship of a generated concept.</summary>
internal sealed record GeneratedAttribute(int Group, int Type, int Value);

/// <summary>A concept of a generated release: parents stand before it.</summary>
internal sealed record GeneratedReleased(IReadOnlyList<int> Parents, IReadOnlyList<GeneratedAttribute> Attributes, IReadOnlyList<int> Sets, bool IsInactive, bool IsDefined);

/// <summary>A generated release, evaluated by what the language says of one concept at a time. Concepts are known by their places; attributes and reference sets are concepts, too.</summary>
internal sealed record GeneratedRelease(IReadOnlyList<GeneratedReleased> Concepts)
{
    private HashSet<int>[]? above;

    public int Count => Concepts.Count;

    /// <summary>Of each concept those above it.</summary>
    public HashSet<int>[] Above
    {
        get
        {
            if (above is not null) return above;
            above = new HashSet<int>[Count];
            for (var at = 0; at < Count; at++) above[at] = [.. Concepts[at].Parents, .. Concepts[at].Parents.SelectMany(parent => above[parent])];
            return above;
        }
    }

    public static string Code(int place) => string.Create(CultureInfo.InvariantCulture, $"{100000 + place}");

    public CompiledCodeSystem Compile() => new(new CodeSystemSource(SnomedCt.Url, "1", "complete", [.. Concepts.Select((concept, at) => new ConceptSource(Code(at), $"Concept {at}", null, -1)
    {
        FurtherParents = [.. concept.Parents],
        Properties =
        [
            new ConceptProperty("inactive", "boolean", concept.IsInactive ? "true" : "false"), new ConceptProperty(SnomedCt.SufficientlyDefined, "boolean", concept.IsDefined ? "true" : "false"),
            .. concept.Attributes.Select(each => new ConceptProperty(Code(each.Type), "code", Code(each.Value)) { Group = each.Group }),
            .. concept.Sets.Select(set => new ConceptProperty(SnomedCt.MemberOf, "code", Code(set))),
        ],
    })])
    {
        Properties = [new("inactive", "http://hl7.org/fhir/concept-properties#inactive", "boolean")],
    });
}

/// <summary>A generated constraint: how it is written, and which concepts it means.</summary>
internal sealed record GeneratedConstraint(string Text, Func<GeneratedRelease, HashSet<int>> Members)
{
    public override string ToString() => Text;
}

/// <summary>A generated refinement: how it is written, and whether it holds for the relationships of a concept.</summary>
/// <param name="Holds">Release, concept, and the relationships that are looked at: all of it or those of one group.</param>
internal sealed record GeneratedRefinement(string Text, Func<GeneratedRelease, int, IReadOnlyList<GeneratedAttribute>, bool> Holds);

/// <summary>Makes releases and constraints.</summary>
internal static class ConstraintGenerator
{
    private const int Types = 3, Sets = 3, MaxCount = 16;

    public static Arbitrary<(GeneratedRelease Release, GeneratedConstraint Constraint)> Arbitrary =>
        (from count in Gen.Choose(Types + Sets + 1, MaxCount)
         from concepts in Gen.CollectToArray(Enumerable.Range(0, count), place => Concept(place, count))
         from constraint in Expression(3)
         select (new GeneratedRelease(concepts), constraint)).ToArbitrary();

    private static Gen<GeneratedReleased> Concept(int place, int count) =>
        from parents in place == 0 ? Gen.Constant(new List<int>()) : Gen.ListOf(Gen.Choose(0, place - 1)).Resize(3)
        from attributes in Gen.ListOf(
            from @group in Gen.Choose(0, 2) from type in Gen.Choose(0, Types - 1) from value in Gen.Choose(0, count - 1) select new GeneratedAttribute(@group, type, value)).Resize(4)
        from sets in Gen.ListOf(Gen.Choose(Types, Types + Sets - 1)).Resize(2)
        from inactive in Gen.Elements(false, false, true)
        from defined in Gen.Elements(false, true)
        select new GeneratedReleased([.. parents.Distinct()], [.. attributes], place == 0 ? [Types] : [.. sets.Distinct()], inactive, defined);

    private static Gen<GeneratedConstraint> Expression(int depth) => depth == 0 ? Leaf : Gen.OneOf(
        Sub(depth),
        from combination in Gen.Elements("AND", "OR", "MINUS") from left in Sub(depth - 1) from right in Sub(depth - 1)
        select new GeneratedConstraint($"{left.Text} {combination} {right.Text}", release => [.. combination switch
        {
            "AND" => left.Members(release).Intersect(right.Members(release)),
            "OR" => left.Members(release).Union(right.Members(release)),
            _ => left.Members(release).Except(right.Members(release)),
        }]),
        from focus in Sub(depth - 1) from refinement in Refinement(depth - 1, isInGroup: false)
        select new GeneratedConstraint($"{focus.Text} : {refinement.Text}", release => [.. focus.Members(release).Where(concept => refinement.Holds(release, concept, release.Concepts[concept].Attributes))]),
        from focus in Sub(depth - 1) from name in Sub(depth - 1)
        select new GeneratedConstraint($"{focus.Text} . {name.Text}", release => name.Members(release) is var names
            ? [.. focus.Members(release).SelectMany(concept => release.Concepts[concept].Attributes).Where(each => names.Contains(each.Type)).Select(each => each.Value)] : []));

    private static Gen<GeneratedConstraint> Sub(int depth) => depth == 0 ? Leaf : Gen.OneOf(
        Leaf,
        from inner in Expression(depth - 1) select new GeneratedConstraint($"({inner.Text})", inner.Members),
        from sign in Gen.Elements("<", "<<", "<!", "<<!", ">", ">>", ">!", ">>!", "!!>", "!!<") from inner in Expression(depth - 1)
        select new GeneratedConstraint($"{sign} ({inner.Text})", release => Related(release, sign, inner.Members(release))),
        from inner in Expression(depth - 1)
        select new GeneratedConstraint($"^ ({inner.Text})", release => inner.Members(release) is var sets ? [.. Places(release, at => release.Concepts[at].Sets.Any(sets.Contains))] : []),
        from inner in Expression(depth - 1)
        select new GeneratedConstraint($"^R ({inner.Text})", release => [.. inner.Members(release).SelectMany(at => release.Concepts[at].Sets)]),
        from inner in Expression(depth - 1) from active in Gen.Elements(true, false)
        select new GeneratedConstraint($"({inner.Text}) {{{{ C active = {(active ? 1 : 0)} }}}}", release => [.. inner.Members(release).Where(at => release.Concepts[at].IsInactive != active)]),
        from inner in Expression(depth - 1) from isEqual in Gen.Elements(true, false)
        select new GeneratedConstraint($"({inner.Text}) {{{{ C definitionStatus {(isEqual ? "=" : "!=")} defined }}}}", release => [.. inner.Members(release).Where(at => release.Concepts[at].IsDefined == isEqual)]));

    private static Gen<GeneratedConstraint> Leaf => Gen.OneOf(
        Gen.Constant(new GeneratedConstraint("*", release => [.. Enumerable.Range(0, release.Count)])),
        from place in Gen.Choose(0, MaxCount)
        select new GeneratedConstraint(GeneratedRelease.Code(place), release => place < release.Count ? [place] : []));

    private static Gen<GeneratedRefinement> Refinement(int depth, bool isInGroup)
    {
        var attribute =
            from cardinality in Cardinality from isReverse in isInGroup ? Gen.Constant(false) : Gen.Elements(false, false, true)
            from name in Sub(Math.Max(0, depth - 1)) from isEqual in Gen.Elements(true, true, false) from value in Sub(Math.Max(0, depth - 1))
            select new GeneratedRefinement($"{cardinality.Text}{(isReverse ? "R " : "")}{name.Text} {(isEqual ? "=" : "!=")} {value.Text}", (release, concept, attributes) =>
            {
                var (names, values) = (name.Members(release), value.Members(release));
                return cardinality.Allows(isReverse
                    ? Enumerable.Range(0, release.Count).Sum(source => release.Concepts[source].Attributes.Count(each => each.Value == concept && names.Contains(each.Type) && values.Contains(source) == isEqual))
                    : attributes.Count(each => names.Contains(each.Type) && values.Contains(each.Value) == isEqual));
            });
        if (depth == 0) return attribute;
        var combined =
            from sign in Gen.Elements(",", " AND", " OR") from left in Refinement(depth - 1, isInGroup) from right in Refinement(depth - 1, isInGroup)
            select new GeneratedRefinement($"({left.Text}){sign} ({right.Text})", (release, concept, attributes) => sign == " OR"
                ? left.Holds(release, concept, attributes) || right.Holds(release, concept, attributes)
                : left.Holds(release, concept, attributes) && right.Holds(release, concept, attributes));
        if (isInGroup) return Gen.OneOf(attribute, combined);
        var group =
            from cardinality in Cardinality from inner in Refinement(depth - 1, isInGroup: true)
            select new GeneratedRefinement($"{cardinality.Text}{{ {inner.Text} }}", (release, concept, _) => cardinality.Allows(Groups(release, concept).Count(each => inner.Holds(release, concept, each))));
        return Gen.OneOf(attribute, combined, group);
    }

    /// <summary>The groups of a concept; an ungrouped relationship is one by itself.</summary>
    private static IEnumerable<IReadOnlyList<GeneratedAttribute>> Groups(GeneratedRelease release, int concept)
    {
        var attributes = release.Concepts[concept].Attributes;
        return attributes.Where(each => each.Group == 0).Select(each => (IReadOnlyList<GeneratedAttribute>)[each])
            .Concat(attributes.Where(each => each.Group != 0).GroupBy(each => each.Group).Select(each => (IReadOnlyList<GeneratedAttribute>)[.. each]));
    }

    private static Gen<(string Text, Func<int, bool> Allows)> Cardinality => Gen.Elements<(string, Func<int, bool>)>(
        ("", count => count >= 1), ("", count => count >= 1), ("[0..0] ", count => count == 0), ("[1..1] ", count => count == 1), ("[0..1] ", count => count <= 1), ("[2..*] ", count => count >= 2), ("[0..*] ", _ => true));

    private static HashSet<int> Related(GeneratedRelease release, string sign, HashSet<int> focus)
    {
        bool IsBelow(int at, int other) => release.Above[at].Contains(other);
        bool IsChild(int at, int other) => release.Concepts[at].Parents.Contains(other);
        return
        [
            .. Places(release, at => sign switch
            {
                "<" => focus.Any(each => IsBelow(at, each)),
                "<<" => focus.Contains(at) || focus.Any(each => IsBelow(at, each)),
                "<!" => focus.Any(each => IsChild(at, each)),
                "<<!" => focus.Contains(at) || focus.Any(each => IsChild(at, each)),
                ">" => focus.Any(each => IsBelow(each, at)),
                ">>" => focus.Contains(at) || focus.Any(each => IsBelow(each, at)),
                ">!" => focus.Any(each => IsChild(each, at)),
                ">>!" => focus.Contains(at) || focus.Any(each => IsChild(each, at)),
                "!!>" => focus.Contains(at) && !focus.Any(each => IsBelow(at, each)),
                _ => focus.Contains(at) && !focus.Any(each => IsBelow(each, at)),
            }),
        ];
    }

    private static IEnumerable<int> Places(GeneratedRelease release, Func<int, bool> condition) => Enumerable.Range(0, release.Count).Where(condition);
}
