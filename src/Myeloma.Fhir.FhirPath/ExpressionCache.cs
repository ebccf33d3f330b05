using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath;

/// <summary>Compiled expressions by text, for callers that meet the same texts again. Bounded; safe for threads.</summary>
/// <remarks>Two generations: when the young one is full it becomes the old one, and what is asked for again moves back.</remarks>
/// <param name="capacity">Expressions kept at least, once there are as many; at most twice as many are held.</param>
public sealed class ExpressionCache(int capacity = 1_000)
{
    private volatile ConcurrentDictionary<string, FhirPathExpression> young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, FhirPathExpression> old = new(StringComparer.Ordinal);

    /// <summary>The compiled expression. A text that does not parse is not kept.</summary>
    /// <exception cref="FhirException">As <see cref="FhirPathExpression.Parse"/>.</exception>
    public FhirPathExpression Get(string text)
    {
        if (young.TryGetValue(text, out var found)) return found;
        if (!old.TryGetValue(text, out found)) found = FhirPathExpression.Parse(text);
        if (young.Count >= capacity)
        {
            old = young;
            young = new(StringComparer.Ordinal);
        }

        young[text] = found;
        return found;
    }
}
