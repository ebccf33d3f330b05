using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>A code that is asked about.</summary>
/// <param name="Path">Where it stands: <c>Coding</c>, <c>CodeableConcept.coding[0]</c>; empty when it came as parameters of their own.</param>
internal sealed record CodeQuestion(string? System, string? Version, string Code, string? Display, string Path)
{
    /// <summary>FHIRPath of a part of it.</summary>
    public string At(string part) => Path.Length == 0 ? part : $"{Path}.{part}";

    /// <summary>Of the whole.</summary>
    public string Whole => Path.Length == 0 ? "code" : Path;

    /// <summary>As messages name it: <c>system|version#code ('display')</c>.</summary>
    public string InWords => $"{System}{(Version is null ? "" : "|" + Version)}#{Code}{(Display is null ? "" : $" ('{Display}')")}";

    public static CodeQuestion Of(Element coding, string path) =>
        new(coding.TextOf("system"), coding.TextOf("version"), coding.TextOf("code") ?? "", coding.TextOf("display"), path);
}

/// <summary>What was found of one code.</summary>
internal sealed class CodeFinding(CodeQuestion question)
{
    private readonly List<(Issue Issue, bool IsInMessage)> issues = [];

    public CodeQuestion Question { get; } = question;

    /// <summary>Whether the code is a member of the value set, or of the code system where no value set is asked about.</summary>
    public bool IsMember { get; set; }

    /// <summary>The version of the code system that it was looked up in; null when there is none.</summary>
    public CompiledCodeSystem? System { get; set; }

    /// <summary>-1 when the system has no such code.</summary>
    public int Ordinal { get; set; } = -1;

    /// <summary>The name to answer with.</summary>
    public string? Display { get; set; }

    /// <summary>The url of the system: that of the question, or the one that was inferred.</summary>
    public string? Url { get; set; } = question.System;

    /// <summary>Systems (with version, where that is what is missing) without which the value set can't be judged.</summary>
    public List<string> UnknownCauses { get; } = [];

    /// <summary>The system of the code itself when it is not known, though the value set could be judged.</summary>
    public string? UnknownSystem { get; set; }

    public IEnumerable<Issue> Issues => issues.Select(each => each.Issue);

    /// <summary>Texts that stand in the answer's message.</summary>
    public IEnumerable<string> Messages => issues.Where(each => each.IsInMessage).Select(each => each.Issue.Diagnostics).Concat(Reasons);

    /// <summary>What explains an issue and stands in the answer's message only.</summary>
    public List<string> Reasons { get; } = [];

    public bool HasErrors => issues.Any(each => each.Issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);

    /// <param name="isInMessage">Whether the answer's message repeats it; null: when it is an error.</param>
    public void Add(Issue issue, bool? isInMessage = null)
    {
        if (issues.Any(each => each.Issue.Diagnostics == issue.Diagnostics && each.Issue.Expression == issue.Expression)) return;
        issues.Add((issue, isInMessage ?? issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal));
    }
}
