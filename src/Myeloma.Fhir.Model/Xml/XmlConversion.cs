using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>The JSON that an XML document became, and where each part of it stood. Immutable, shared by threads.</summary>
public sealed class XmlConversion
{
    private readonly XmlSource source;
    private readonly SourceMark[] marks;

    internal XmlConversion(byte[] json, SourceMark[] marks, XmlSource source, IReadOnlyList<Issue> faults)
    {
        Json = json;
        Faults = faults;
        this.marks = marks;
        this.source = source;
    }

    /// <summary>FHIR JSON in UTF-8 on one line, properties in the order of the specification.</summary>
    public byte[] Json { get; }

    /// <summary>What the XML held beyond <see cref="Json"/>, with its lines; empty unless read by <see cref="XmlReading.ReadWhatFits"/>.</summary>
    public IReadOnlyList<Issue> Faults { get; }

    /// <summary>Issues of a <see cref="ResourceDocument"/> parsed from <see cref="Json"/>, with line and column of the XML instead.</summary>
    /// <returns>The same issues in the same order, among them the <see cref="Faults"/> by their lines; lines end as XML counts them, columns are bytes of UTF-8, and an element's is that of its start tag.</returns>
    public IReadOnlyList<Issue> InSource(IReadOnlyList<Issue> issues)
    {
        var places = new XmlPlaces(source.Utf8);
        var moved = new Issue[issues.Count];
        for (var index = 0; index < moved.Length; index++)
        {
            var issue = issues[index];
            if (issue.Line > 0 && marks.Length > 0)
            {
                // The JSON is one line, so its column is the offset plus one.
                var (line, column) = MarkAt(issue.Column - 1) is { } mark ? places.Of(mark.Line, mark.Unit) : (1, 1);
                issue = issue with { Line = line, Column = column };
            }

            moved[index] = issue;
        }

        return Faults.Count == 0 ? moved : [.. Faults.Concat(moved).OrderBy(issue => issue.Line).ThenBy(issue => issue.Column)];
    }

    /// <summary>The last mark at or before an offset.</summary>
    private SourceMark? MarkAt(int offset)
    {
        int low = 0, high = marks.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (marks[middle].Offset <= offset) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? null : marks[low - 1];
    }
}

/// <summary>The JSON from this offset on came from an element that starts there in the XML.</summary>
/// <param name="Line">One-based, as the XML reader counts.</param>
/// <param name="Unit">One-based, in UTF-16 units.</param>
internal readonly record struct SourceMark(int Offset, int Line, int Unit);
