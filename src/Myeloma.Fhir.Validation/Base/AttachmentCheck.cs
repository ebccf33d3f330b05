using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>What an attachment says of its data. https://hl7.org/fhir/R4/datatypes.html#Attachment</summary>
internal static class AttachmentCheck
{
    public static void Check(Element attachment, IssueList issues)
    {
        if (attachment.Child("data") is not { } data || attachment.Child("size") is not { } size) return;
        if (!long.TryParse(size.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var stated)) return;
        var actual = DecodedLength(data.TextBytes);
        if (actual != stated) issues.Error(IssueType.Invalid, "attachment-size", size, $"The size is given as {stated} bytes; the data has {actual}.");
    }

    /// <summary>Bytes that base64 stands for; white space does not count.</summary>
    private static long DecodedLength(ReadOnlySpan<byte> base64)
    {
        var digits = 0L;
        foreach (var letter in base64)
            if (letter > ' ' && letter != '=') digits++;
        return digits * 3 / 4;
    }
}
