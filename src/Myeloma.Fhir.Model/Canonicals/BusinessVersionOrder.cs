namespace Myeloma.Fhir.Model.Canonicals;

/// <summary>The order of business versions: numbers by value, part by part; a date is before what is none; a version with a label is before the one without; none at all is before any.</summary>
public sealed class BusinessVersionOrder : IComparer<string?>
{
    public static readonly BusinessVersionOrder Instance = new();

    private BusinessVersionOrder()
    {
    }

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return x is null ? (y is null ? 0 : -1) : 1;

        // Systems went from dates to numbered versions, not the other way.
        if (IsDate(x) != IsDate(y)) return IsDate(x) ? -1 : 1;

        // What follows a plus sign is about the build and orders nothing.
        var (left, leftLabel) = Split(x);
        var (right, rightLabel) = Split(y);
        var byNumber = CompareParts(left, right);
        if (byNumber != 0) return byNumber;
        if (leftLabel.Length == 0 || rightLabel.Length == 0) return rightLabel.Length.CompareTo(leftLabel.Length);
        return CompareParts(leftLabel, rightLabel);
    }

    private static (string Numbers, string Label) Split(string version)
    {
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        if (plus >= 0) version = version[..plus];
        var dash = version.IndexOf('-', StringComparison.Ordinal);

        // A date is a version, too: its hyphens divide numbers.
        if (dash < 0 || char.IsAsciiDigit(version.AsSpan(dash + 1).Length > 0 ? version[dash + 1] : ' ') && !version.Contains('.', StringComparison.Ordinal)) return (version, "");
        return (version[..dash], version[(dash + 1)..]);
    }

    private static int CompareParts(string left, string right)
    {
        var (a, b) = (left.Split('.', '-'), right.Split('.', '-'));
        for (var index = 0; index < Math.Min(a.Length, b.Length); index++)
        {
            var order = ComparePart(a[index], b[index]);
            if (order != 0) return order;
        }

        return a.Length.CompareTo(b.Length);
    }

    private static int ComparePart(string left, string right)
    {
        var (leftIsNumber, rightIsNumber) = (IsNumber(left), IsNumber(right));
        if (!leftIsNumber || !rightIsNumber) return leftIsNumber ? -1 : rightIsNumber ? 1 : string.CompareOrdinal(left, right);
        var (a, b) = (left.TrimStart('0'), right.TrimStart('0'));
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b);
    }

    /// <summary>Year, month and maybe day, with hyphens or without.</summary>
    private static bool IsDate(string version) => version.Length switch
    {
        8 => IsNumber(version) && version[0] is '1' or '2',
        7 => version[4] == '-' && IsNumber(version[..4]) && IsNumber(version[5..]),
        10 => version[4] == '-' && version[7] == '-' && IsNumber(version[..4]) && IsNumber(version[5..7]) && IsNumber(version[8..]),
        _ => false,
    };

    private static bool IsNumber(string part) => part.Length > 0 && part.All(char.IsAsciiDigit);
}
