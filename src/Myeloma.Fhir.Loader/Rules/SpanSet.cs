using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Spans of a document, asked whether one of them shares a character with another span; a question takes the logarithm of their number.</summary>
internal sealed class SpanSet
{
    private readonly int[] starts;

    /// <summary>The furthest end among the spans up to each, in the order of their starts.</summary>
    private readonly int[] reaches;

    public SpanSet(IEnumerable<Span> spans)
    {
        var sorted = spans.OrderBy(span => span.Start).ToArray();
        starts = new int[sorted.Length];
        reaches = new int[sorted.Length];
        var reach = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            starts[i] = sorted[i].Start;
            reaches[i] = reach = Math.Max(reach, sorted[i].End);
        }
    }

    public bool Touches(Span span)
    {
        var low = 0;
        var high = starts.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (starts[middle] < span.End) low = middle + 1;
            else high = middle;
        }

        return low > 0 && reaches[low - 1] > span.Start;
    }
}
