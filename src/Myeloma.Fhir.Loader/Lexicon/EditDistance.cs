namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>The number of letters to add, drop, change or swap with their neighbour to make one word of another.</summary>
internal static class EditDistance
{
    /// <returns>The distance, or <paramref name="limit"/> + 1 as soon as it is known to be more than that.</returns>
    public static int Between(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) > limit) return limit + 1;

        var twoBack = new int[b.Length + 1];
        var before = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) before[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            var least = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(before[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], twoBack[j - 2] + 1);
                least = Math.Min(least, row[j]);
            }

            if (least > limit) return limit + 1;
            (twoBack, before, row) = (before, row, twoBack);
        }

        return Math.Min(before[b.Length], limit + 1);
    }
}
