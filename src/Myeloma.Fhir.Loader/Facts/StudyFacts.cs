using System.Diagnostics;

namespace Myeloma.Fhir.Loader.Facts;

/// <summary>What a statement about a research project is.</summary>
public enum ProjectFactKind { Title, Acronym, Duration, Consortium, Funding }

/// <summary>A statement about a research project.</summary>
/// <param name="Value">Title, acronym or funder as written; the words for duration and consortium.</param>
/// <param name="Number">Years of the duration (see <paramref name="Unit"/>), members of the consortium; otherwise null.</param>
/// <param name="Unit">UCUM code of the duration: <c>a</c>, <c>mo</c>, <c>wk</c>, <c>d</c>; otherwise null.</param>
/// <param name="International">True when the consortium is said to be international.</param>
public sealed record ProjectFact(
    ProjectFactKind Statement, string Value, int? Number, string? Unit, bool International, Span Span) : Fact(Span)
{
    public override string Kind => Statement switch
    {
        ProjectFactKind.Title => "project.title",
        ProjectFactKind.Acronym => "project.acronym",
        ProjectFactKind.Duration => "project.duration",
        ProjectFactKind.Consortium => "project.consortium",
        ProjectFactKind.Funding => "project.funding",
        _ => throw new UnreachableException(),
    };
}

/// <summary>What a statement about a study is.</summary>
public enum StudyFactKind { Objective, Focus, Period, Activity, Purpose, CellType }

/// <summary>A statement about what was studied and done; the words are the value.</summary>
/// <param name="Number">Length of a period; otherwise null.</param>
/// <param name="Unit">UCUM code of a period: <c>a</c>, <c>mo</c>, <c>wk</c>, <c>d</c>; otherwise null.</param>
public sealed record StudyFact(StudyFactKind Statement, string Words, int? Number, string? Unit, Span Span) : Fact(Span)
{
    public override string Kind => Statement switch
    {
        StudyFactKind.Objective => "study.objective",
        StudyFactKind.Focus => "study.focus",
        StudyFactKind.Period => "study.period",
        StudyFactKind.Activity => "study.activity",
        StudyFactKind.Purpose => "study.purpose",
        StudyFactKind.CellType => "study.cellType",
        _ => throw new UnreachableException(),
    };
}

/// <summary>A result that the text reports; the words are the value.</summary>
/// <param name="Certainty">"clearly demonstrated" as written; null when the text has none.</param>
public sealed record FindingFact(string Words, string? Certainty, Span Span) : Fact(Span)
{
    public override string Kind => "finding";
}

/// <summary>Something that the text says its results prove; kept apart from findings.</summary>
public sealed record ClaimFact(string Words, Span Span) : Fact(Span)
{
    public override string Kind => "claim";
}

/// <summary>A survival figure.</summary>
/// <param name="Low">As written; equal to <paramref name="High"/> for a single figure.</param>
/// <param name="Unit">UCUM code: <c>a</c>, <c>mo</c>, <c>wk</c>, <c>d</c>.</param>
/// <param name="UnitWord">"years" as written.</param>
/// <param name="Population">The words that name the people; null when none.</param>
/// <param name="Treatment">"intensively treated" as written; null when none.</param>
/// <param name="AgeBelow">"65-70" as written after "below"; a blurred bound stays blurred; null when none.</param>
/// <param name="PopulationCarriedOver">True when the people are those of the figure before in the same sentence.</param>
public sealed record SurvivalFact(
    string Measure,
    decimal Low,
    decimal High,
    string Unit,
    string UnitWord,
    string? Population,
    string? Treatment,
    string? AgeBelow,
    bool PopulationCarriedOver,
    Span Span) : Fact(Span)
{
    public override string Kind => "survival";
}

/// <summary>What a statement about a disease is.</summary>
public enum DiseaseFactKind { Definition, Abbreviation, Prognosis, Course }

/// <summary>A statement about a disease; the words are the value.</summary>
/// <param name="Curable">For a prognosis: false for "incurable", true for "curable"; otherwise null.</param>
/// <param name="Treatable">For a prognosis: true for "treatable", false for "untreatable"; otherwise null.</param>
public sealed record DiseaseFact(
    DiseaseFactKind Statement, Term? Condition, string Words, bool? Curable, bool? Treatable, Span Span) : Fact(Span)
{
    public override string Kind => Statement switch
    {
        DiseaseFactKind.Definition => "disease.definition",
        DiseaseFactKind.Abbreviation => "disease.abbreviation",
        DiseaseFactKind.Prognosis => "disease.prognosis",
        DiseaseFactKind.Course => "disease.course",
        _ => throw new UnreachableException(),
    };
}

/// <summary>A problem or need that the text names as the reason of the work; the words are the value.</summary>
public sealed record ProblemFact(string Words, Span Span) : Fact(Span)
{
    public override string Kind => "problem";
}

/// <summary>A way in which results were made known.</summary>
/// <param name="MoreThan">50 in "more than 50 publications"; null when no number is given that way.</param>
/// <param name="Exactly">A plain number; null when there is none.</param>
/// <param name="Where">"peer-reviewed journals" as written; null when none.</param>
public sealed record DisseminationFact(string Words, int? MoreThan, int? Exactly, string? Where, Span Span) : Fact(Span)
{
    public override string Kind => "dissemination";
}
