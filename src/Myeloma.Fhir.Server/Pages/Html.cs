using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>A piece of markup. Literal text of an interpolated string is markup, every hole is encoded, a nested <see cref="Html"/> stays markup.</summary>
/// <remarks>There is no way to put a value unencoded into a page.</remarks>
[InterpolatedStringHandler]
public readonly struct Html
{
    private readonly StringBuilder text;

    public Html(int literalLength, int formattedCount) => text = new StringBuilder(literalLength + (formattedCount * 16));

    private Html(StringBuilder text) => this.text = text;

    /// <summary>Nothing.</summary>
    public static Html Empty => new(new StringBuilder());

    public void AppendLiteral(string literal) => text.Append(literal);

    public void AppendFormatted(string? value)
    {
        if (!string.IsNullOrEmpty(value)) text.Append(HtmlEncoder.Default.Encode(value));
    }

    public void AppendFormatted(int value) => text.Append(value.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(Html nested) => text.Append(nested.text);

    public void AppendFormatted(IEnumerable<Html> nested)
    {
        foreach (var piece in nested) text.Append(piece.text);
    }

    /// <summary>The pieces one after the other.</summary>
    public static Html Concat(IEnumerable<Html> pieces) => $"{pieces}";

    /// <summary>The pieces with a separator between them.</summary>
    public static Html Join(Html separator, IEnumerable<Html> pieces)
    {
        var all = new StringBuilder();
        foreach (var piece in pieces)
        {
            if (all.Length > 0) all.Append(separator.text);
            all.Append(piece.text);
        }

        return new Html(all);
    }

    /// <summary>The piece when the condition holds, nothing otherwise.</summary>
    public static Html If(bool condition, Func<Html> piece) => condition ? piece() : Empty;

    public override string ToString() => text?.ToString() ?? "";
}
