using System.Text;
using System.Xml;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>The faults of a document read as XML, and the element where the reading stands.</summary>
internal sealed class XmlFaults(XmlSource source)
{
    private readonly List<Issue> issues = [];
    private readonly Stack<(string Name, int Index)> path = new();
    private XmlPlaces places = new(source.Utf8);

    /// <param name="index">Zero-based place among the items of a repeating element; -1 for one that does not repeat.</param>
    public void Enter(string name, int index) => path.Push((name, index));

    public void Leave() => path.Pop();

    /// <summary>FHIRPath from the root; empty before it.</summary>
    private string Expression
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (name, index) in path.Reverse())
            {
                if (text.Length > 0) text.Append('.');
                text.Append(name);
                if (index >= 0) text.Append('[').Append(index).Append(']');
            }

            return text.ToString();
        }
    }

    /// <param name="place">As the reader gives it.</param>
    /// <exception cref="FhirException">This was one fault more than <see cref="StructuralCheck.DefaultMaxIssues"/>; the exception carries those before it.</exception>
    public void Add(IssueType type, string messageId, string diagnostics, (int Line, int Unit) place)
    {
        if (issues.Count == StructuralCheck.DefaultMaxIssues)
        {
            issues[^1] = Issue.TooCostly($"More than {StructuralCheck.DefaultMaxIssues - 1} faults were found; the others are left out.") with { MessageId = "too-many-issues" };
            throw new FhirException(issues);
        }

        var (line, column) = places.Of(place.Line, place.Unit);
        issues.Add(new Issue(IssueSeverity.Error, type, diagnostics, path.Count > 0 ? Expression : null, line, column, messageId));
    }

    /// <summary>The end of all reading: the document is no XML from here on.</summary>
    public void Add(XmlException exception, bool inRoot)
    {
        var (line, column) = places.Of(Math.Max(exception.LineNumber, 1), Math.Max(exception.LinePosition, 1));

        // Before the root a document type is the one thing that is refused rather than malformed.
        var isDocumentType = !inRoot && source.Utf8.Span.IndexOf("<!DOCTYPE"u8) >= 0;
        var words = isDocumentType
            ? "A document type declaration is not allowed in FHIR XML."
            : "The document is not well-formed XML here: " + Cause(exception);
        issues.Add(Issue.Structure($"{words} (line {line}, column {column})", path.Count > 0 ? Expression : null, line, column) with
        {
            MessageId = isDocumentType ? "document-type" : "not-well-formed",
        });
    }

    /// <summary>In the order of the document.</summary>
    public IReadOnlyList<Issue> Issues => issues;

    /// <summary>A limit ends the reading at once.</summary>
    public FhirException TooLong(string messageId, string diagnostics, (int Line, int Unit) place)
    {
        var (line, column) = places.Of(place.Line, place.Unit);
        return new FhirException(Issue.TooLong($"{diagnostics} (line {line}, column {column})") with { Line = line, Column = column, MessageId = messageId });
    }

    public FhirException TooCostly(string diagnostics, (int Line, int Unit) place)
    {
        var (line, column) = places.Of(place.Line, place.Unit);
        return new FhirException(Issue.TooCostly($"{diagnostics} (line {line}, column {column})") with { Line = line, Column = column, MessageId = "parse-time" });
    }

    /// <summary>The reader's words without the position it appends.</summary>
    internal static string Cause(XmlException exception)
    {
        var end = exception.Message.LastIndexOf(" Line ", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }
}
