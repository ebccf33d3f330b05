using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Regimens;

/// <summary>What a plan states, as a person reads it: facts of the whole, and parts (cycles, phases, groups) with their members.</summary>
/// <param name="Plan">The PlanDefinition.</param>
/// <param name="Parts">The plan itself first, with its actions that stand in no group; then each group, cycle and nested plan, outer ones before those in them.</param>
public sealed record RegimenContent(Element Plan, IReadOnlyList<RegimenPart> Parts);

/// <summary>A stretch of a plan.</summary>
/// <param name="Parent">Index of the part it stands in; -1 for the plan itself.</param>
/// <param name="Title">Null when nothing says what it is called.</param>
/// <param name="IsStep">Whether it is a cycle or a plan of its own, which follow one another; the members of a group do not.</param>
public sealed record RegimenPart(int Parent, string? Title, bool IsStep, IReadOnlyList<RegimenFact> Facts, IReadOnlyList<RegimenMember> Members, Element Place);

/// <summary>Something that is given or done.</summary>
public sealed record RegimenMember(RegimenDrug Drug, IReadOnlyList<RegimenFact> Facts, Element Place);

/// <summary>What a member gives.</summary>
/// <param name="Name">In words: of the code, the product, or the action.</param>
/// <param name="Codings">System (empty where there is none) and code, each once; empty for a member that names no code.</param>
public sealed record RegimenDrug(string Name, IReadOnlyList<(string System, string Code)> Codings);

/// <summary>One thing that is stated.</summary>
/// <param name="What">Of <see cref="RegimenFactKind"/>.</param>
/// <param name="Value">In words.</param>
/// <param name="Key">Equal for values that read the same: codes and words, numbers without needless zeros, lists in any order.</param>
/// <param name="Place">The element that states it.</param>
public sealed record RegimenFact(string What, string Value, string Key, Element Place)
{
    private readonly string? meaning;

    /// <summary>Equal for values that mean the same: as <see cref="Key"/>, but the words of what has codes do not count.</summary>
    public string Meaning { get => meaning ?? Key; init => meaning = value; }
}

/// <summary>Kinds of facts: codes of the operations that tell them.</summary>
public static class RegimenFactKind
{
    public const string Abbreviation = "abbreviation";
    public const string Code = "code";
    public const string Condition = "condition";
    public const string Days = "days";
    public const string Definition = "definition";
    public const string Dosage = "dosage";
    public const string Dose = "dose";
    public const string Identifier = "identifier";
    public const string Instructions = "instructions";
    public const string Length = "length";
    public const string Member = "member";
    public const string Mention = "mention";
    public const string Order = "order";
    public const string Part = "part";
    public const string Qualifier = "qualifier";
    public const string Relation = "relation";
    public const string Repeats = "repeats";
    public const string Requirement = "requirement";
    public const string Route = "route";
    public const string Selection = "selection";
    public const string Source = "source";
    public const string Timing = "timing";
    public const string Title = "title";
    public const string Use = "use";
    public const string Within = "within";
    public const string Words = "words";
}
