package io.slotferry.workflows.contract;

import io.slotferry.planning.Balance;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotWeights;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * What slots weighed when the plan was made. History holds it, so that a plan made again is the same; deflated, since it is
 * 16,384 numbers.
 *
 * @param weights numbers of seven bits a byte, the lowest first, deflated, as Base64
 * @param how where they come from, for people
 */
public record WeighedSlots(Balance balance, String weights, String how) {
    private static final int SEVEN_BITS = 0x7f;

    public static WeighedSlots of(SlotWeights slots, String how) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            for (long weight : slots.toArray()) {
                long left = weight;
                while (left > SEVEN_BITS) {
                    out.writeByte((int) (left & SEVEN_BITS) | (SEVEN_BITS + 1));
                    left >>>= Byte.SIZE - 1;
                }
                out.writeByte((int) left);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new WeighedSlots(slots.balance(), Base64.getEncoder().encodeToString(bytes.toByteArray()), how);
    }

    /**
     * The numbers.
     *
     * @throws IllegalArgumentException where the text does not hold 16,384 of them
     */
    public SlotWeights slots() {
        long[] read = new long[SlotRange.SLOTS];
        byte[] bytes = Base64.getDecoder().decode(weights);
        try (DataInputStream in = new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(bytes)))) {
            for (int slot = 0; slot < read.length; slot++) {
                int next = in.readUnsignedByte();
                for (int shift = 0; ; shift += Byte.SIZE - 1, next = in.readUnsignedByte()) {
                    read[slot] |= (long) (next & SEVEN_BITS) << shift;
                    if (next <= SEVEN_BITS) {
                        break;
                    }
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the weights of slots are damaged: " + e.getMessage(), e);
        }
        return SlotWeights.of(balance, read);
    }
}
